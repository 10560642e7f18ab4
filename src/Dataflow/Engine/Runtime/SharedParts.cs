namespace Dataflow.Runtime;

/// <summary>The parts of a run that its workers share: exchanges, and the shared objects of steps.</summary>
internal sealed class SharedParts(IReadOnlyList<Worker> workers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Node, object> _exchanges = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(int NodeId, Type Type), IAsyncDisposable> _objects = []; // only used while nothing runs

    public IEnumerable<IAsyncDisposable> Objects => _objects.Values;

    public Exchange<T> ExchangeOf<T>(Node node)
    {
        lock (_gate)
        {
            if (!_exchanges.TryGetValue(node, out var exchange)) _exchanges.Add(node, exchange = new Exchange<T>(workers));
            return (Exchange<T>)exchange;
        }
    }

    /// <summary>Returns the object of its type that the instances of a step share; called while tasks are opened, one after the
    /// other.</summary>
    public T Get<T>(int nodeId, Func<T> create)
        where T : IAsyncDisposable
    {
        if (!_objects.TryGetValue((nodeId, typeof(T)), out var shared)) _objects.Add((nodeId, typeof(T)), shared = create());
        return (T)shared;
    }
}
