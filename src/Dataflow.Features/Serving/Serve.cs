using Dataflow.Features.Panes;

namespace Dataflow.Features;

internal sealed record ServeNode<TKey, T>(Node<Keyed<TKey, T>> Input, FeatureView<TKey, T> View)
    : Node<Keyed<TKey, T>, Keyed<TKey, T>>(View.Name, Input), IUsesView
    where TKey : notnull
{
    public ViewDefinition Definition => View.Definition;

    public override IEnumerable<string> CheckLog(StartContext start) => FeatureRegistry.Check(start);

    public override ValueTask PrepareLogAsync(StartContext start, CancellationToken cancellationToken)
        => FeatureRegistry.RegisterAsync(start, cancellationToken);

    public override string Detail => $"{View.Features.Count} features, panes of {View.Layout.Levels}";

    public override bool IsEnd => true;

    public override string StateSignature => $"feature view, {View.Signature}";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, T>> CreateOperator() => new ServeOperator<TKey, T>(View.Layout, Input);

    public override IEnumerable<string> Check()
        => HasEventTime ? [] : [$"Feature view '{Name}' needs event time. Add WithEventTime(...) before KeyBy."];
}

/// <summary>Keeps a view's entities up to date for reads, and emits its events once they are added.</summary>
internal sealed class ServeOperator<TKey, T>(ViewLayout<T> layout, Node events)
    : Operator<Keyed<TKey, T>, Keyed<TKey, T>>, IReadsFeatures<TKey>, IPrefetches<Keyed<TKey, T>>
    where TKey : notnull
{
    private ViewState<TKey, T> _view = null!;
    private ReadGate? _gate; // there once the step is open
    private Counter _late = null!; // the events that were too old for any read to see them
    private bool _keepsGate;

    public override bool IsOneToOne => true;

    public ReadGate Gate => _gate!;

    public TimeProvider Time => Context.Time;

    public long TakenLate => _view.TakenLate;

    public int WorkerOf(TKey key) => Context.WorkerOf(key);

    // Where a worker has several views, events that wait before one of them would be in another: no reader may see that.
    public bool Prefetch(in Record<Keyed<TKey, T>> record) => _gate!.Views == 1 && _view.Foresee(record.ValueRef().Key);

    public override void Close() => _gate?.Close();

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        KeepGate();
        bool isIn;
        try
        {
            isIn = _view.Take(in record);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (isIn) Emit(in record);
        else _late.Add();
    }

    public override void Advance(long watermark)
    {
        KeepGate();
        if (watermark < long.MaxValue) _view.MoveTo(watermark); // entities at the end of the input stay readable
        base.Advance(watermark);
    }

    public override void EndOfBatch()
    {
        if (!_keepsGate) return;
        _keepsGate = false;
        _gate!.GiveUp();
    }

    public FeaturePosition Read(TKey key, long at, ViewPart part, Span<FeatureValue> values) => _view.Read(key, at, part, values);

    public void ForEach(Action<TKey, long, RecordOrigin> entity) => _view.ForEach(entity);

    public override void Capture(StepCheckpoint checkpoint) => _view.Capture(checkpoint);

    protected override void Declare(StepDeclaration declare)
    {
        _view = new(declare, layout);
        _late = declare.Counter(CounterDefinition.Late);
    }

    protected override void Open()
    {
        _view.Open(Context, events);
        _gate = ReadGate.Of(Context);
        _gate.Views++;
    }

    private void KeepGate()
    {
        // The first step of a batch lets readers in: where a stream feeds several views, its record is in none of them yet.
        if (_keepsGate) _gate!.LetIn();
        else _keepsGate = _gate!.TryKeep();
    }
}

/// <summary>A running step whose features can be read by any thread that has entered its worker's <see cref="ReadGate"/>.</summary>
internal interface IReadsFeatures<TKey>
{
    ReadGate Gate { get; }

    /// <summary>The job's clock.</summary>
    TimeProvider Time { get; }

    /// <summary>The number of events that came behind the watermark and were added all the same. Safe for any thread.</summary>
    long TakenLate { get; }

    /// <summary>Returns the worker that owns an entity. Safe for any thread.</summary>
    int WorkerOf(TKey key);

    FeaturePosition Read(TKey key, long at, ViewPart part, Span<FeatureValue> values);

    /// <summary>Visits all known entities, each with the time of its latest event and the event that came last.</summary>
    void ForEach(Action<TKey, long, RecordOrigin> entity);
}
