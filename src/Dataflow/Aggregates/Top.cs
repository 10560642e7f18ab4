namespace Dataflow;

/// <summary>The few values with the greatest (sign 1) or least (sign -1) keys, best first; of equals the earliest.</summary>
internal sealed class TopAggregation<T, TKey>(string name, int count, Func<T, TKey> by, int sign)
    : Aggregation<T, List<T>, IReadOnlyList<T>>
{
    public override string Name => $"{name} {count}";

    public override bool CanCombine => true;

    public override List<T> Create() => [];

    public override void Add(ref List<T> accumulator, T value)
    {
        var key = by(value);
        if (accumulator.Count == count && !IsBetter(key, accumulator[^1])) return;
        if (accumulator.Count == count) accumulator.RemoveAt(count - 1);
        accumulator.Insert(PlaceOf(key, accumulator), value);
    }

    public override void Merge(ref List<T> accumulator, in List<T> other)
    {
        foreach (var value in other) Add(ref accumulator, value);
    }

    public override IReadOnlyList<T> Result(in List<T> accumulator) => accumulator.ToArray();

    private bool IsBetter(TKey key, T than) => KeyOrder<TKey>.Compare(key, by(than)) * sign > 0;

    /// <summary>The place behind all that are as good or better.</summary>
    private int PlaceOf(TKey key, List<T> values)
    {
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
