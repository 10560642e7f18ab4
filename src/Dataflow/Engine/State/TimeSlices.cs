namespace Dataflow.State;

/// <summary>The records kept for a slice of time.</summary>
internal interface ITimeSlice
{
    long Start { get; }
}

internal static class TimeSlices
{
    /// <summary>Returns the index of the first slice that starts at a moment or later; slices are in the order of time.</summary>
    public static int FirstFrom<TSlice>(this List<TSlice> slices, long start)
        where TSlice : ITimeSlice
    {
        var (low, high) = (0, slices.Count);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (slices[middle].Start < start) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
