using Dataflow.Features.Panes;

namespace Dataflow.Features;

internal sealed record JoinAsKnownNode<TKey, TLabel, T>(
    string Name,
    Node<Keyed<TKey, T>> Input,
    SecondInput<Keyed<TKey, FeatureRow<TLabel>>> Second,
    FeatureView<TKey, T> View,
    ViewPart Part,
    FeatureNames Names)
    : Node<Keyed<TKey, T>, Keyed<TKey, FeatureRow<TLabel>>, Keyed<TKey, FeatureRow<TLabel>>>(Name, Input, Second), IUsesView
    where TKey : notnull
{
    /// <summary>Labels are read first: a label must be present before the events that come after it.</summary>
    public override bool ReadsSecondFirst => true;

    /// <summary>Rows have the times of their cuts, and come as the replay reaches them.</summary>
    public override bool HasEventTime => false;

    public ViewDefinition Definition => View.Definition;

    public override IEnumerable<string> CheckLog(StartContext start) => FeatureRegistry.Check(start);

    public override ValueTask PrepareLogAsync(StartContext start, CancellationToken cancellationToken)
        => FeatureRegistry.RegisterAsync(start, cancellationToken);

    public override string Detail => $"{Part.Features.Length} features of {View.Name}, as known at the label's cut";

    public override string StateSignature
        => $"join features as known, {View.Signature}; for {string.Join(", ", Names.All)}";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, FeatureRow<TLabel>>, Keyed<TKey, FeatureRow<TLabel>>> CreateOperator()
        => new JoinAsKnownOperator<TKey, TLabel, T>(View.Layout, Part, Names, Input);

    public override IEnumerable<string> Check()
        => Input.HasEventTime ? [] : [$"Join '{Name}' needs event time of its events. Add WithEventTime(...) before KeyBy."];
}

/// <summary>Adds an entity's events one by one, and between two of them reads the features of the labels whose cut contains the first and
/// not the second.</summary>
internal sealed class JoinAsKnownOperator<TKey, TLabel, T>(ViewLayout<T> layout, ViewPart part, FeatureNames names, Node events)
    : Operator<Keyed<TKey, T>, Keyed<TKey, FeatureRow<TLabel>>, Keyed<TKey, FeatureRow<TLabel>>>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Waiting> _waiting = []; // computed from the state; each key's labels in the order of their cuts
    private KeyedState<KeyPart<TKey>, FeatureRow<TLabel>> _labels = null!;
    private KeyedState<TKey, int> _counts = null!;
    private ViewState<TKey, T> _view = null!;
    private Counter _late = null!; // the events that were too old for any read to see them

    public override bool WaitsForSecond => false;

    /// <summary>Keeps a label until its cut is reached.</summary>
    public override void ProcessSecond(in Record<Keyed<TKey, FeatureRow<TLabel>>> record)
    {
        if (!MayKeep(in record, record.Value.Value)) return;
        var number = _counts.Update(record.Value.Key, out _)++;
        _labels.Update(new(record.Value.Key, number), out _) = record.Value.Value with { Origin = record.Origin };
    }

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var key = record.Value.Key;
        var waiting = WaitingOf(key);
        if (waiting is not null)
        {
            CheckOrder(key, in record);
            JoinUpTo(key, waiting, record.Origin.Offset - 1);
        }

        _view.KeepFrom(waiting is { IsEmpty: false } ? waiting.MinTime : long.MaxValue);
        try
        {
            if (!_view.Take(in record)) _late.Add();
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (waiting is not null) JoinUpTo(key, waiting, record.Origin.Offset);
    }

    protected override void AdvanceBoth(long watermark)
    {
        if (watermark == long.MaxValue) JoinRest();
        else _view.MoveTo(watermark);
        base.AdvanceBoth(watermark);
    }

    public override void Capture(StepCheckpoint checkpoint) => _view.Capture(checkpoint);

    protected override void Declare(StepDeclaration declare)
    {
        _labels = declare.State<KeyPart<TKey>, FeatureRow<TLabel>>("labels");
        _counts = declare.State<TKey, int>("counts");
        _view = new(declare, layout, isAwaited: key => WaitingOf(key) is not null);
        _late = declare.Counter(CounterDefinition.Late);
    }

    protected override void Open() => _view.Open(Context, events);

    /// <summary>Checks that an entity's events come from one split: the offsets of several would have no order.</summary>
    private void CheckOrder(TKey key, in Record<Keyed<TKey, T>> record)
    {
        var last = _view.PositionOf(key);
        if (record.Origin.IsKnown && (!last.IsKnown || (last.Split == record.Origin.Split && last.Offset < record.Origin.Offset))) return;
        throw Fail(
            new InvalidOperationException(
                "Features can be joined as known only where all events of a key come from one split, in its order. Write the events to a "
                    + "topic "
                    + "by this key first, and read that."),
            in record);
    }

    private Waiting? WaitingOf(TKey key)
    {
        if (_waiting.TryGetValue(key, out var waiting)) return waiting.IsEmpty ? null : waiting;
        if (!_counts.TryGet(key, out var count)) return null;
        var cuts = new List<Cut>(count);
        for (var number = 0; number < count; number++)
        {
            if (!_labels.TryGet(new(key, number), out var row)) continue;
            var position = row.Positions![part.Number];
            cuts.Add(new(position.Offset, position.AtMs, number));
        }

        _waiting.Add(key, waiting = new Waiting(cuts));
        return waiting;
    }

    private void JoinUpTo(TKey key, Waiting waiting, long offset)
    {
        while (!waiting.IsEmpty && waiting.Offset <= offset) Join(key, waiting.Take());
    }

    private void JoinRest()
    {
        var keys = new List<TKey>(_counts.Count);
        _counts.ForEach((key, _) => keys.Add(key));
        foreach (var key in keys)
        {
            if (WaitingOf(key) is { } waiting) JoinUpTo(key, waiting, long.MaxValue);
        }
    }

    private void Join(TKey key, int number)
    {
        var label = new KeyPart<TKey>(key, number);
        _labels.TryGet(label, out var row);
        _labels.Remove(label);
        row.Open(names);
        ref readonly var position = ref row.Positions![part.Number];
        try
        {
            _view.ReadAsKnown(key, in position, part, row.Values);
        }
        catch (Exception error)
        {
            Reject(error, new Record<TLabel>(row.Label, 0, row.Origin));
            return;
        }

        Emit(new Record<Keyed<TKey, FeatureRow<TLabel>>>(new(key, row), position.AtMs, row.Origin));
    }

    private readonly record struct Cut(long Offset, long AtMs, int Number);

    /// <summary>The labels of a key in the order of their cuts.</summary>
    private sealed class Waiting
    {
        private readonly List<Cut> _cuts;
        private readonly long[] _minTimes; // from each label on
        private int _next;

        public Waiting(List<Cut> cuts)
        {
            cuts.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Number.CompareTo(b.Number));
            _cuts = cuts;
            _minTimes = new long[cuts.Count];
            var min = long.MaxValue;
            for (var i = cuts.Count - 1; i >= 0; i--) _minTimes[i] = min = Math.Min(min, cuts[i].AtMs);
        }

        public bool IsEmpty => _next == _cuts.Count;

        public long Offset => _cuts[_next].Offset;

        /// <summary>The lowest time that any of the remaining labels asks for.</summary>
        public long MinTime => _minTimes[_next];

        public int Take() => _cuts[_next++].Number;
    }
}
