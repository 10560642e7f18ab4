namespace Dataflow;

/// <summary>Windows that follow each other without overlap: every record belongs to exactly one.</summary>
public static class Tumbling
{
    /// <summary>Windows of the given size, one after the other.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a positive number of whole milliseconds.</exception>
    public static WindowSpec Every(TimeSpan size) => new(size, size, $"tumbling {size}");
}
