namespace Dataflow;

/// <summary>The values with the greatest (sign 1) or smallest (sign -1) keys, best first; of equals the earliest.</summary>
internal sealed class TopAggregation<T, TKey>(string name, int count, Func<T, TKey> by, int sign)
    : InPlaceAggregation<T, List<T>, (int Place, T Value), IReadOnlyList<T>>
{
    static TopAggregation()
    {
        GeneratedCodecs.AddPart<List<T>?>(KnownCodecs.List<T>);
        GeneratedCodecs.AddPart<IReadOnlyList<T>?>(KnownCodecs.Sequence<IReadOnlyList<T>, T>); // the rows of a table of such lists
    }

    public override string Name => $"{name} {count}";

    public override bool CanCombine => true;

    public override List<T> Create() => [];

    public override (int Place, T Value) Prepare(in List<T> accumulator, in T value)
    {
        var key = by(value);
        if (accumulator.Count > 0) return (PlaceOf(key, accumulator), value);
        _ = KeyOrder<TKey>.Compare(key, key); // a value that cannot be compared must not be added
        return (0, value);
    }

    public override void Apply(ref List<T> accumulator, in (int Place, T Value) change)
    {
        if (change.Place == count) return;
        if (accumulator.Count == count) accumulator.RemoveAt(count - 1);
        accumulator.Insert(change.Place, change.Value);
    }

    public override void Merge(ref List<T> accumulator, in List<T> other)
    {
        foreach (var value in other) Add(ref accumulator, value);
    }

    public override IReadOnlyList<T> Result(in List<T> accumulator) => accumulator.ToArray();

    private bool IsBetter(TKey key, T than) => KeyOrder<TKey>.Compare(key, by(than)) * sign > 0;

    /// <summary>Returns the place behind all that are as good or better.</summary>
    private int PlaceOf(TKey key, List<T> values)
    {
        if (values.Count == count && !IsBetter(key, values[^1])) return count;
        var (low, high) = (0, values.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (IsBetter(key, values[middle])) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
