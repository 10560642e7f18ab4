using System.Collections;
using Dataflow.Processing;

namespace Dataflow;

/// <summary>A list for each key. Its members work on the key of the current record or timer.</summary>
/// <remarks>Each element is an entry of its own: adding at the end and removing from the front take the same time whatever the
/// length.</remarks>
public abstract class ListState<T> : IReadOnlyList<T>
{
    private protected ListState()
    {
    }

    /// <summary>The number of elements.</summary>
    public abstract int Count { get; }

    /// <summary>Gets or sets an element by its index from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public abstract T this[int index] { get; set; }

    /// <summary>Adds an element at the end.</summary>
    public abstract void Add(T element);

    /// <summary>Removes elements from the front; all, if there are fewer.</summary>
    public abstract void RemoveFirst(int count = 1);

    /// <summary>Removes all elements.</summary>
    public abstract void Clear();

    /// <summary>Enumerates the elements from first to last. The list must not change meanwhile.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Enumerates a list from first to last.</summary>
    public struct Enumerator : IEnumerator<T>
    {
        private readonly ListState<T> _list;
        private int _index = -1;

        internal Enumerator(ListState<T> list) => _list = list;

        /// <inheritdoc/>
        public readonly T Current => _list[_index];

        readonly object? IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_index < _list.Count;

        /// <inheritdoc/>
        public void Reset() => _index = -1;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}

/// <summary>The range of numbers of a list's elements: the first, inclusive, and the end, exclusive.</summary>
internal record struct ListBounds(long First, long End)
{
    public readonly int Count => (int)(End - First);
}

internal sealed class KeyedListState<TKey, T> : ListState<T>, IClears
    where TKey : notnull
{
    private readonly StateTable<TKey, ListBounds> _bounds;
    private readonly UndoableState<KeyPart<TKey>, T> _elements;
    private readonly StateScope<TKey> _scope;

    public KeyedListState(StateTable<TKey, ListBounds> bounds, UndoableState<KeyPart<TKey>, T> elements, StateScope<TKey> scope)
    {
        _bounds = bounds;
        _elements = elements;
        _scope = scope;
        bounds.OnExpired = RemoveElements;
    }

    public override int Count => Bounds.Count;

    public override T this[int index]
    {
        get => _elements.TryGet(Place(index), out var element) ? element : throw Lost();
        set => _elements.Update(Place(index), out _) = value;
    }

    private ListBounds Bounds => _bounds.TryGet(_scope.Key, out var bounds) ? bounds : default;

    public override void Add(T element)
    {
        ref var bounds = ref _bounds.Update(_scope.Key, out _);
        _elements.Update(new(_scope.Key, bounds.End++), out _) = element;
    }

    public override void RemoveFirst(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var bounds = Bounds;
        var end = bounds.First + Math.Min(count, bounds.Count);
        RemoveElements(_scope.Key, bounds with { End = end });
        if (end == bounds.End) _bounds.Remove(_scope.Key);
        else _bounds.Update(_scope.Key, out _).First = end;
    }

    public override void Clear() => RemoveFirst(Count);

    private static InvalidOperationException Lost() => new("The element is not in the state of its list.");

    private KeyPart<TKey> Place(int index)
    {
        var bounds = Bounds;
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, bounds.Count);
        return new(_scope.Key, bounds.First + index);
    }

    private void RemoveElements(TKey key, ListBounds bounds)
    {
        for (var at = bounds.First; at < bounds.End; at++) _elements.Remove(new(key, at));
    }
}
