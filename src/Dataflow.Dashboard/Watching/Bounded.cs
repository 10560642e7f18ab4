namespace Dataflow.Dashboard;

/// <summary>The newest items of a sequence. For one thread at a time.</summary>
internal sealed class Bounded<T>(int capacity)
{
    private readonly Queue<T> _items = new();

    public IReadOnlyCollection<T> Items => _items;

    public void Add(T item)
    {
        if (_items.Count == capacity) _items.Dequeue();
        _items.Enqueue(item);
    }
}
