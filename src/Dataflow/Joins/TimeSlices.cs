namespace Dataflow.Joins;

/// <summary>What is kept of a stretch of time.</summary>
internal interface ITimeSlice
{
    long Start { get; }
}

internal static class TimeSlices
{
    /// <summary>The number of the first slice that starts at a moment or later, of slices in the order of time.</summary>
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
