using Dataflow.Runtime;

namespace Dataflow.Processing;

/// <summary>Where a running step's other outputs go.</summary>
internal sealed class SideOutputs<TKey>
    where TKey : notnull
{
    private readonly Dictionary<object, Operator> _next = [];
    private readonly List<Action<long>> _advance = [];

    public void Add<TSide>(Output<TSide> output, Operator<Keyed<TKey, TSide>> next)
    {
        _next.Add(output, next);
        _advance.Add(next.Advance);
    }

    public void Emit<TSide>(Output<TSide> output, in Record<Keyed<TKey, TSide>> record)
    {
        if (_next.TryGetValue(output, out var next)) ((Operator<Keyed<TKey, TSide>>)next).Process(in record);
    }

    public void Advance(long watermark)
    {
        foreach (var advance in _advance) advance(watermark);
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
