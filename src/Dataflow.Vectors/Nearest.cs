namespace Dataflow.Vectors;

/// <summary>The best rows offered by a search, best first.</summary>
internal sealed class Nearest<TKey, TRow>(int count)
    where TKey : notnull
{
    private readonly List<Neighbour<TKey, TRow>> _best = [];

    public int Count => count;

    public void Offer(TKey key, TRow row, float similarity)
    {
        if (_best.Count == count && !(similarity > _best[^1].Similarity)) return;
        // A key that was removed and added again in another slot meanwhile may be seen twice.
        var known = _best.FindIndex(neighbour => EqualityComparer<TKey>.Default.Equals(neighbour.Key, key));
        if (known >= 0) _best.RemoveAt(known);
        else if (_best.Count == count) _best.RemoveAt(count - 1);
        var place = _best.FindIndex(neighbour => similarity > neighbour.Similarity);
        _best.Insert(place < 0 ? _best.Count : place, new(key, row, similarity));
    }

    public IReadOnlyList<Neighbour<TKey, TRow>> ToList() => _best;
}
