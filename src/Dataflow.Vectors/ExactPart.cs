using System.Numerics.Tensors;

namespace Dataflow.Vectors;

/// <summary>Vectors in slots, each of which changes as a whole, so that a search needs no lock.</summary>
internal sealed class ExactPart<TKey, TRow> : IndexPart<TKey, TRow>
    where TKey : notnull
{
    private readonly Dictionary<TKey, int> _places = [];
    private readonly Stack<int> _free = [];
    private Entry?[] _slots = new Entry?[16]; // a search goes through the array that it finds
    private int _used;

    public override int Count => Volatile.Read(ref _used) - _free.Count;

    public override void Put(TKey key, TRow row, float[] vector)
    {
        if (!_places.TryGetValue(key, out var place)) _places.Add(key, place = NewPlace());
        Volatile.Write(ref _slots[place], new Entry(key, row, vector));
    }

    public override void Remove(TKey key)
    {
        if (!_places.Remove(key, out var place)) return;
        Volatile.Write(ref _slots[place], null);
        _free.Push(place);
    }

    public override void Search(ReadOnlySpan<float> vector, Nearest<TKey, TRow> nearest)
    {
        foreach (ref var slot in Volatile.Read(ref _slots).AsSpan())
        {
            if (Volatile.Read(ref slot) is { } entry) nearest.Offer(entry.Key, entry.Row, TensorPrimitives.Dot(vector, entry.Vector));
        }
    }

    public override void Dispose()
    {
        // Memory of the .NET runtime.
    }

    private int NewPlace()
    {
        if (_free.TryPop(out var place)) return place;
        if (_used == _slots.Length)
        {
            var larger = new Entry?[_slots.Length * 2];
            _slots.CopyTo(larger.AsSpan());
            Volatile.Write(ref _slots, larger);
        }

        return _used++;
    }

    private sealed record Entry(TKey Key, TRow Row, float[] Vector);
}
