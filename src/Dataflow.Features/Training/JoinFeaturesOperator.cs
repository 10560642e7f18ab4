using Dataflow.Features.Panes;

namespace Dataflow.Features;

internal sealed record JoinFeaturesNode<TKey, TLabel, T>(
    string Name,
    Node<Keyed<TKey, FeatureRow<TLabel>>> Input,
    SecondInput<Keyed<TKey, T>> Second,
    FeatureView<TKey, T> View,
    ViewPart Part,
    FeatureNames Names)
    : Node<Keyed<TKey, FeatureRow<TLabel>>, Keyed<TKey, T>, Keyed<TKey, FeatureRow<TLabel>>>(Name, Input, Second), IUsesView
    where TKey : notnull
{
    public ViewDefinition Definition => View.Definition;

    public override IEnumerable<string> CheckLog(StartContext start) => FeatureRegistry.Check(start);

    public override ValueTask PrepareLogAsync(StartContext start, CancellationToken cancellationToken)
        => FeatureRegistry.RegisterAsync(start, cancellationToken);

    public override string Detail => $"{Part.Features.Length} features of {View.Name}, as of the label's time";

    public override bool WritesDeadLetters => true;

    public override string StateSignature
        => $"join features, {View.Signature}; for {string.Join(", ", Names.All)}";

    public override Operator<Keyed<TKey, FeatureRow<TLabel>>, Keyed<TKey, T>, Keyed<TKey, FeatureRow<TLabel>>> CreateOperator()
        => new JoinFeaturesOperator<TKey, TLabel, T>(View.Layout, Part, Names, Second);

    public override IEnumerable<string> Check()
        => HasEventTime ? [] : [$"Join '{Name}' needs event time of labels and events. Add WithEventTime(...) to both, before KeyBy."];
}

/// <summary>Keeps labels until the watermark has passed them, then reads the features of their time.</summary>
/// <remarks>Events are added as they come: those of a label's time and later are excluded when it is read.</remarks>
internal sealed class JoinFeaturesOperator<TKey, TLabel, T>(ViewLayout<T> layout, ViewPart part, FeatureNames names, Node events)
    : Operator<Keyed<TKey, FeatureRow<TLabel>>, Keyed<TKey, T>, Keyed<TKey, FeatureRow<TLabel>>>
    where TKey : notnull
{
    private const long SliceMs = 16; // the step of time; the shorter, the sooner rows are emitted
    private const int LabelsAtOnce = 4; // the number of labels whose entities are prefetched before the first of them is read

    private WaitingRecords<TKey, FeatureRow<TLabel>> _labels = null!;
    private ViewState<TKey, T> _view = null!;
    private Counter _late = null!; // the events that were too old for any label

    public override void Process(in Record<Keyed<TKey, FeatureRow<TLabel>>> record)
    {
        if (_view.IsLate(record.ValueRef().Key, record.Timestamp))
        {
            WriteDeadLetter(
                "The label came late: the watermark had passed its time. Have the source of the labels put in order of time with "
                    + "OrderBy(...), "
                    + "or give their WithEventTime a larger maxOutOfOrderness, and more time until they are idle.",
                record.Origin);
            return;
        }

        if (MayKeep(in record, record.Value.Value)) _labels.Add(in record).Origin = record.Origin;
    }

    public override void ProcessSecond(in Record<Keyed<TKey, T>> record)
    {
        try
        {
            if (!_view.Take(in record)) _late.Add();
        }
        catch (Exception error)
        {
            Reject(error, in record);
        }
    }

    protected override void AdvanceBoth(long watermark)
    {
        // Only whole slices are emitted: those that can receive no more labels.
        var passed = watermark == long.MaxValue ? watermark : PaneLevels.Floor(watermark, SliceMs);
        if (passed > _view.Watermark)
        {
            JoinAll(_labels.TakeBefore(passed));
            _view.MoveTo(passed);
        }

        base.AdvanceBoth(passed);
    }

    public override void Capture(StepCheckpoint checkpoint) => _view.Capture(checkpoint);

    protected override void Declare(StepDeclaration declare)
    {
        _labels = declare.Waiting<TKey, FeatureRow<TLabel>>("labels", TimeSpan.FromMilliseconds(SliceMs));
        _view = new(declare, layout);
        _late = declare.Counter(CounterDefinition.Late);
    }

    protected override void Open() => _view.Open(Context, events);

    private void JoinAll(Span<WaitingRecord<TKey, FeatureRow<TLabel>>> labels)
    {
        while (!labels.IsEmpty)
        {
            var group = labels[..Math.Min(LabelsAtOnce, labels.Length)];
            foreach (ref readonly var label in group) _view.PrefetchPlace(label.Key);
            foreach (ref readonly var label in group) _view.PrefetchBeginnings(label.Key);
            foreach (ref readonly var label in group) _view.Prefetch(label.Key);
            foreach (ref var label in group) Join(label.Key, label.Time, ref label.ValueRef());
            labels = labels[group.Length..];
        }
    }

    private void Join(TKey key, long time, ref FeatureRow<TLabel> row)
    {
        row.Open(names);
        try
        {
            // The watermark has passed: nothing that belongs to the row is missing any more.
            row.Positions![part.Number] = _view.Read(key, time, part, row.Values) with { WatermarkMs = time };
        }
        catch (Exception error)
        {
            Reject(error, new Record<TLabel>(row.Label, time, row.Origin));
            return;
        }

        Emit(new Record<Keyed<TKey, FeatureRow<TLabel>>>(new(key, row), time, row.Origin));
    }
}
