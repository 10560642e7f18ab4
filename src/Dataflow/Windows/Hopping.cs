using Dataflow.Windows;

namespace Dataflow;

/// <summary>Overlapping windows of a fixed length that start at regular intervals. Each record is aggregated once, in a pane that windows
/// share.</summary>
public static class Hopping
{
    /// <summary>Windows of <paramref name="size"/> that start every <paramref name="every"/>, counted from 1970-01-01 UTC.</summary>
    /// <param name="size">The length of each window.</param>
    /// <param name="every">The time from one start to the next; also the time between results.</param>
    /// <param name="offset">The offset of the starts. Default: none.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive whole milliseconds, or a step longer than the size.</exception>
    /// <example><code>
    /// readings.Window(Hopping.Of(size: TimeSpan.FromMinutes(10), every: TimeSpan.FromMinutes(5)))
    ///     .Aggregate(
    ///         a => a.Max(reading => reading.Celsius),
    ///         (room, window, max) => $"{window.Start:HH:mm} to {window.End:HH:mm}: {max} degrees")
    ///     .To(Sink.Console&lt;string>());
    /// </code></example>
    public static WindowSpec Of(TimeSpan size, TimeSpan every, TimeSpan offset = default)
        => new RegularWindows([size], every, offset, $"hopping {size} every {every}");

    /// <summary>Windows of several sizes in one step, from shared panes: the last minute, hour and day, for example.</summary>
    /// <remarks>Each window gives a result of its own; of those that end together the shortest comes first.</remarks>
    /// <param name="sizes">The lengths, without duplicates.</param>
    /// <param name="every">The time from one start to the next, for all sizes.</param>
    /// <param name="offset">The offset of the starts. Default: none.</param>
    /// <exception cref="ArgumentException">There is no size, or a duplicate.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Not positive whole milliseconds, or a step longer than a size.</exception>
    /// <example><code>
    /// readings.Window(Hopping.Of(sizes, every: TimeSpan.FromMinutes(10)), "sizes")
    ///     .Aggregate(
    ///         a => a.Count(),
    ///         (room, window, count) => $"{(window.End - window.Start).TotalMinutes} minutes to {window.End:HH:mm}: {count}")
    ///     .To(Sink.Console&lt;string>(name: "sizes"));
    /// </code></example>
    public static WindowSpec Of(TimeSpan[] sizes, TimeSpan every, TimeSpan offset = default)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        if (sizes.Length == 0 || sizes.Distinct().Count() < sizes.Length)
            throw new ArgumentException(
                $"{sizes.Length} window sizes, some of them twice or none at all. Give each size once.", nameof(sizes));
        return new RegularWindows(sizes, every, offset, $"hopping {string.Join(", ", sizes.Order())} every {every}");
    }
}
