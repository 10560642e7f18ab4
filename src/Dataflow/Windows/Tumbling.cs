using Dataflow.Windows;

namespace Dataflow;

/// <summary>Windows that follow each other without overlap: every record belongs to exactly one.</summary>
public static class Tumbling
{
    /// <summary>Windows of the given size, one after the other, counted from 1970 in UTC.</summary>
    /// <param name="size">The length of each.</param>
    /// <param name="offset">By how much later they begin: six hours for days from six to six.</param>
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
