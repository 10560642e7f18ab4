using System.Runtime.InteropServices;
using Dataflow.Features.Panes;

namespace Dataflow.Features;

internal sealed record UpdatesNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, Node View, FeatureNames Names, UpdateRequests Requests)
    : Node<Keyed<TKey, T>, Keyed<TKey, FeatureVector>>(Name, Input)
    where TKey : notnull
{
    public override string Detail => "of each batch's entities";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, FeatureVector>> CreateOperator()
        => new UpdatesOperator<TKey, T>(View, Names, Requests);
}

/// <summary>Reads, after each batch, the entities that had events in it, from the step before; on request all of them.</summary>
internal sealed class UpdatesOperator<TKey, T>(Node view, FeatureNames names, UpdateRequests requests)
    : Operator<Keyed<TKey, T>, Keyed<TKey, FeatureVector>>
    where TKey : notnull
{
    private const int MaxAtOnce = 1024; // readers wait no longer than for this many

    private readonly Dictionary<TKey, (long Time, RecordOrigin Origin)> _changed = []; // with the last event
    private readonly List<Record<Keyed<TKey, FeatureVector>>> _updates = [];
    private readonly ViewPart _all = new(0, [.. Enumerable.Range(0, names.All.Count)], [.. Enumerable.Range(0, names.All.Count)]);
    private IReadsFeatures<TKey> _view = null!;
    private ReadGate _gate = null!;
    private Action? _wake; // there once the step is open
    private int _answered = requests.Count;

    public override void Process(in Record<Keyed<TKey, T>> record) => _changed[record.Value.Key] = (record.Timestamp, record.Origin);

    public override void EndOfBatch()
    {
        if (_answered != requests.Count) EmitAll();
        if (_changed.Count > 0) EmitChanged();
    }

    public override void Advance(long watermark)
    {
        EndOfBatch(); // updates before the watermark are emitted before it
        base.Advance(watermark);
    }

    public override void Idle(Idleness idleness)
    {
        if (idleness.IsIdle) EndOfBatch(); // news that the input is active come before its watermark, and the updates with that
        base.Idle(idleness);
    }

    public override void Close() => requests.Asked -= _wake;

    protected override void Open()
    {
        _view = Context.StepOf<IReadsFeatures<TKey>>(view)!;
        _gate = ReadGate.Of(Context);
        requests.Asked += _wake = Context.Wake;
    }

    private void EmitAll()
    {
        _answered = requests.Count;
        var all = new List<(TKey Key, long Time, RecordOrigin Origin)>();
        _view.ForEach((key, time, origin) => all.Add((key, time, origin)));
        foreach (var some in all.Chunk(MaxAtOnce))
        {
            foreach (var (key, time, origin) in some) _changed.TryAdd(key, (time, origin));
            EmitChanged();
        }
    }

    private void EmitChanged()
    {
        var keeps = _gate.TryKeep();
        ReadAll(Context.Time.GetUtcNow().ToUnixTimeMilliseconds());
        _gate.GiveUp(); // the steps behind may wait for a store, and readers should not wait with them
        foreach (ref readonly var update in CollectionsMarshal.AsSpan(_updates)) Emit(in update);
        if (!keeps) _gate.TryKeep(); // as before: the view holds it for its batch
        _changed.Clear();
        _updates.Clear();
    }

    private void ReadAll(long at)
    {
        foreach (var (key, last) in _changed)
        {
            var values = new FeatureValue[names.All.Count];
            try
            {
                var features = new FeatureVector(names, values, [_view.Read(key, at, _all, values)]);
                _updates.Add(new(new(key, features), last.Time, last.Origin));
            }
            catch (Exception error)
            {
                Reject(error);
            }
        }
    }
}
