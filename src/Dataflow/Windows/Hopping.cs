using Dataflow.Windows;

namespace Dataflow;

/// <summary>Windows that start every so often and overlap. Each record is aggregated once, in a pane that they share.</summary>
public static class Hopping
{
    /// <summary>Windows of <paramref name="size"/>, a new one <paramref name="every"/> so often, counted from 1970 in UTC.</summary>
    /// <param name="size">The length of each.</param>
    /// <param name="every">The time from one start to the next; also the time between results.</param>
    /// <param name="offset">By how much later they begin.</param>
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

    /// <summary>Windows of several sizes in one step, from one set of panes: the last minute, hour and day, say.</summary>
    /// <remarks>Each window gives a result of its own; of those that end together the shortest comes first.</remarks>
    /// <param name="sizes">The lengths, each once.</param>
    /// <param name="every">The time from one start to the next, for all sizes.</param>
    /// <param name="offset">By how much later they begin.</param>
    /// <exception cref="ArgumentException">No size, or one twice.</exception>
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
            throw new ArgumentException($"{sizes.Length} window sizes, some of them twice or none at all. Give each size once.", nameof(sizes));
        return new RegularWindows(sizes, every, offset, $"hopping {string.Join(", ", sizes.Order())} every {every}");
    }
}
