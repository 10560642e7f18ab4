namespace Dataflow;

/// <summary>All current values, in an order that the aggregate gives; equal ones in the order of arrival.</summary>
/// <remarks>A list of short sorted lists: adding and removing cost two binary searches and the shift of at most 256 values.</remarks>
internal sealed class SortedValues<T> : IHasCodec<SortedValues<T>>, IKeepsTexts
{
    private const int MaxInPart = 256;

    private readonly List<List<T>> _parts;

    internal SortedValues(params T[] sorted)
        => _parts = [.. sorted.Chunk(MaxInPart / 2).Select(part => part.ToList())];

    ValueCodec<SortedValues<T>> IHasCodec<SortedValues<T>>.MakeCodec(ValueCodecs codecs) => new SortedValuesCodec<T>(codecs)!;

    /// <summary>The values in their order.</summary>
    internal IEnumerable<T> All => _parts.SelectMany(part => part);

    internal T? FirstOrDefault() => _parts.Count == 0 ? default : _parts[0][0];

    /// <summary>Finds the place to add a value: before the first that sorts after it.</summary>
    internal SortedPlace<T> PlaceFor(T value, Comparison<T> order)
    {
        if (_parts.Count == 0)
        {
            _ = order(value, value); // a value that cannot be compared must not be added
            return new(value, 0, 0, IsRemoved: false);
        }

        var number = Math.Min(PartOf(value, order, min: 1), _parts.Count - 1);
        return new(value, number, PlaceIn(_parts[number], value, order, min: 1), IsRemoved: false);
    }

    /// <summary>Finds the value to remove: the first that equals it.</summary>
    internal SortedPlace<T> Find(T value, Comparison<T> order)
    {
        var number = PartOf(value, order, min: 0);
        var place = number == _parts.Count ? 0 : PlaceIn(_parts[number], value, order, min: 0);
        for (; number < _parts.Count; number++, place = 0)
        {
            var part = _parts[number];
            for (; place < part.Count; place++)
            {
                if (EqualityComparer<T>.Default.Equals(part[place], value)) return new(value, number, place, IsRemoved: true);
            }

            if (order(part[^1], value) > 0) break;
        }

        throw RetractedUnknown.Of<T>();
    }

    internal void Change(in SortedPlace<T> place)
    {
        if (_parts.Count == 0) _parts.Add([]);
        var part = _parts[place.Part];
        if (place.IsRemoved)
        {
            part.RemoveAt(place.Index);
            if (part.Count == 0) _parts.RemoveAt(place.Part);
            return;
        }

        part.Insert(place.Index, Utf8.KeepIn(place.Value));
        if (part.Count > MaxInPart) Split(place.Part);
    }

    /// <summary>Returns the first part with a value that compares to this one as <paramref name="min"/> or more.</summary>
    private int PartOf(T value, Comparison<T> order, int min)
    {
        var (low, high) = (0, _parts.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (order(_parts[middle][^1], value) >= min) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    private static int PlaceIn(List<T> part, T value, Comparison<T> order, int min)
    {
        var (low, high) = (0, part.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (order(part[middle], value) >= min) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    private void Split(int number)
    {
        var part = _parts[number];
        var half = part.Count / 2;
        _parts.Insert(number + 1, part.GetRange(half, part.Count - half));
        part.RemoveRange(half, part.Count - half);
    }
}

/// <summary>The place in sorted values where a value is added or removed.</summary>
internal readonly record struct SortedPlace<T>(T Value, int Part, int Index, bool IsRemoved);

internal sealed class SortedValuesCodec<T>(ValueCodecs codecs) : ValueCodec<SortedValues<T>?>
{
    public override void Write(ref ValueWriter writer, SortedValues<T>? value)
    {
        if (value is null) writer.WriteNil();
        else PackedValues.Write(ref writer, value.All.ToArray(), codecs);
    }

    public override SortedValues<T>? Read(ref ValueReader reader)
        => reader.TryReadNil() ? null : new(PackedValues.Read<T>(ref reader, codecs));
}
