using System.Runtime.InteropServices;
using Dataflow.Runtime;

namespace Dataflow.Processing;

/// <summary>Where a running step's other outputs go.</summary>
internal sealed class SideOutputs<TKey>
    where TKey : notnull
{
    private readonly Dictionary<object, ISide> _sides = [];

    public void Add<TSide>(Output<TSide> output, Operator<Keyed<TKey, TSide>> next) => _sides.Add(output, new Side<TSide>(next));

    /// <summary>Hands a record on or, if it is to be held, with the next <see cref="Release"/>.</summary>
    public void Emit<TSide>(Output<TSide> output, in Record<Keyed<TKey, TSide>> record, bool isHeld)
    {
        if (_sides.TryGetValue(output, out var side)) ((Side<TSide>)side).Emit(in record, isHeld);
    }

    public void Release()
    {
        foreach (var side in _sides.Values) side.Release();
    }

    public void DropHeld()
    {
        foreach (var side in _sides.Values) side.DropHeld();
    }

    public void Advance(long watermark)
    {
        foreach (var side in _sides.Values) side.Advance(watermark);
    }

    public void Idle(Idleness idleness)
    {
        foreach (var side in _sides.Values) side.Idle(idleness);
    }

    private interface ISide
    {
        void Release();

        void DropHeld();

        void Advance(long watermark);

        void Idle(Idleness idleness);
    }

    private sealed class Side<TSide>(Operator<Keyed<TKey, TSide>> next) : ISide
    {
        private readonly List<Record<Keyed<TKey, TSide>>> _held = [];

        public void Emit(in Record<Keyed<TKey, TSide>> record, bool isHeld)
        {
            if (isHeld) _held.Add(record);
            else next.Process(in record);
        }

        public void Release()
        {
            foreach (ref readonly var record in CollectionsMarshal.AsSpan(_held)) next.Process(in record);
            _held.Clear();
        }

        public void DropHeld() => _held.Clear();

        public void Advance(long watermark) => next.Advance(watermark);

        public void Idle(Idleness idleness) => next.Idle(idleness);
    }
}

/// <summary>The other outputs of a step that were asked for: the stream of each, and how to connect it to the running step.</summary>
internal sealed class RequestedOutputs<TKey>
    where TKey : notnull
{
    private readonly Dictionary<object, object> _streams = [];
    private readonly List<Action<TaskBuilder, SideOutputs<TKey>>> _connect = [];

    public KeyedStream<TKey, TSide> StreamOf<TSide>(Output<TSide> output, Pipeline pipeline, Node owner)
    {
        if (_streams.TryGetValue(output, out var known)) return (KeyedStream<TKey, TSide>)known;
        var side = new Planning.SideNode<Keyed<TKey, TSide>>(output.Name, owner);
        var stream = new KeyedStream<TKey, TSide>(new Stream<Keyed<TKey, TSide>>(pipeline, side), isPartitioned: true);
        _streams.Add(output, stream);
        _connect.Add((builder, sides) => sides.Add(output, side.BuildNext(builder)));
        return stream;
    }

    public void Connect(TaskBuilder builder, SideOutputs<TKey> sides)
    {
        foreach (var connect in _connect) connect(builder, sides);
    }
}

/// <summary>A step that may have other outputs.</summary>
internal interface IHasOutputs<TKey>
    where TKey : notnull
{
    RequestedOutputs<TKey> Outputs { get; }
}
