namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Assigns all records to windows, without keys. One worker aggregates them.</summary>
        /// <param name="windows">Which windows: <c>Tumbling.Every(size)</c>, <c>Session.WithGap(gap)</c> and so on.</param>
        /// <param name="name">Names the state; give one where a pipeline has two windows alike.</param>
        /// <param name="trigger">Adds early and late results; unless given, each window emits one result, at its end.</param>
        /// <example><code>
        /// orders.Window(Tumbling.Every(TimeSpan.FromMinutes(5)))
        ///     .Aggregate(
        ///         a => a.Sum(order => order.Pieces),
        ///         (window, pieces) => $"{window.Start:HH:mm} all: {pieces} pieces")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public WindowedStream<T> Window(WindowSpec windows, string name = "window", Trigger? trigger = null)
            => new(stream.OneKey().Window(windows, name, trigger));

        /// <summary>Assigns all records to windows, without keys, and emits late records as a stream of their own.</summary>
        /// <param name="windows">Which windows: <c>Tumbling.Every(size)</c>, <c>Session.WithGap(gap)</c> and so on.</param>
        /// <param name="late">The records whose windows have all closed, unchanged.</param>
        /// <param name="name">Names the state; give one where a pipeline has two windows alike.</param>
        /// <param name="trigger">Adds early and late results; unless given, each window emits one result, at its end.</param>
        public WindowedStream<T> Window(
            WindowSpec windows, out Stream<T> late, string name = "window", Trigger? trigger = null)
        {
            var windowed = stream.OneKey().Window(windows, out var lateOfKey, name, trigger);
            late = lateOfKey.Values();
            return new(windowed);
        }

        // The same key for all: every verb of keyed streams serves streams without keys, too.
        private KeyedStream<int, T> OneKey() => stream.KeyBy(static _ => 0, "all");
    }
}

/// <summary>A stream without keys in windows, ready for an aggregate.</summary>
public sealed class WindowedStream<T>
{
    internal WindowedStream(WindowedStream<int, T> ofOneKey) => OfOneKey = ofOneKey;

    internal WindowedStream<int, T> OfOneKey { get; }
}
