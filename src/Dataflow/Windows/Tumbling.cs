using Dataflow.Windows;

namespace Dataflow;

/// <summary>Windows of a fixed length without gaps or overlaps: every record belongs to exactly one.</summary>
public static class Tumbling
{
    /// <summary>Windows of the given size without gaps or overlaps, counted from 1970-01-01 UTC.</summary>
    /// <param name="size">The length of each window.</param>
    /// <param name="offset">The offset of the starts: six hours for days from six to six. Default: none.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a positive number of whole milliseconds.</exception>
    /// <example><code>
    /// readings.Window(Tumbling.Every(TimeSpan.FromMinutes(10)))
    ///     .Aggregate(
    ///         a => a.Mean(reading => reading.Celsius),
    ///         (room, window, mean) => $"{window.Start:HH:mm} to {window.End:HH:mm}: {mean} degrees")
    ///     .To(Sink.Console&lt;string>());
    /// </code></example>
    public static WindowSpec Every(TimeSpan size, TimeSpan offset = default)
        => new RegularWindows([size], size, offset, $"tumbling {size}");
}
