using Dataflow.Planning;
using Dataflow.Time;

namespace Dataflow;

static partial class Verbs
{
    private static readonly TimeSpan DefaultIdleAfter = TimeSpan.FromSeconds(5);

    extension<T>(Stream<T> stream)
    {
        /// <summary>Assigns each record its event time and generates watermarks from it, with bounded out-of-orderness.</summary>
        /// <remarks>The watermark of a source's partition stays <paramref name="maxOutOfOrderness"/> behind its newest record; that of the
        /// stream is the lowest of its partitions, without those that have been idle for <paramref name="idleAfter"/>. When all are idle it
        /// stays at the highest of any, so that a record that continues where they stopped is not late; windows that are over by the clock
        /// give a result all the same (<see cref="Firing.Quiet"/>). A time outside the years 2 to 9998 is an error of the record.</remarks>
        /// <param name="time">Selects the record's event time; called once per record, on the task's thread.</param>
        /// <param name="maxOutOfOrderness">The largest time by which a record may be older than earlier ones without being late.</param>
        /// <param name="idleAfter">The time without records after which a partition is idle and no longer holds event time back. Default 5
        /// s.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <param name="advanceWhenQuiet">Whether the watermark advances with the clock while all partitions are idle, so that joins,
        /// patterns and all timers advance too; otherwise timers of <c>Process</c> fire up to the newest record. Records that are older
        /// than the watermark are late.</param>
        /// <param name="maxAhead">The largest time by which a record may be ahead of the clock: one further ahead is an error of the
        /// record, so that one wrong clock does not make all other records late. Null: no limit. Not for a replay of times that lie
        /// ahead.</param>
        /// <example><code>
        /// pipeline.From(Source.Of(input).OneByOne())
        ///     .WithEventTime(order => order.Time, maxOutOfOrderness: TimeSpan.FromMinutes(2))
        ///     .Window(Tumbling.Every(TimeSpan.FromMinutes(5)))
        ///     .Aggregate(
        ///         a => a.Sum(order => order.Pieces),
        ///         (window, pieces) => $"from {window.Start:HH:mm}: {pieces} pieces")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public Stream<T> WithEventTime(
            Func<T, DateTimeOffset> time, TimeSpan maxOutOfOrderness = default, TimeSpan? idleAfter = null, string name = "event-time",
            bool advanceWhenQuiet = false, TimeSpan? maxAhead = null)
        {
            ArgumentNullException.ThrowIfNull(time);
            return stream.WithEventTime(
                value => time(value).ToUnixTimeMilliseconds(), maxOutOfOrderness, idleAfter, name, advanceWhenQuiet, maxAhead);
        }

        /// <summary>Assigns a <see cref="DateTime"/>, in UTC unless its kind is local.</summary>
        public Stream<T> WithEventTime(
            Func<T, DateTime> time, TimeSpan maxOutOfOrderness = default, TimeSpan? idleAfter = null, string name = "event-time",
            bool advanceWhenQuiet = false, TimeSpan? maxAhead = null)
        {
            ArgumentNullException.ThrowIfNull(time);
            return stream.WithEventTime(
                value => TimeRange.UnixMilliseconds(time(value)), maxOutOfOrderness, idleAfter, name, advanceWhenQuiet, maxAhead);
        }

        /// <summary>Assigns milliseconds since the Unix epoch.</summary>
        public Stream<T> WithEventTime(
            Func<T, long> time, TimeSpan maxOutOfOrderness = default, TimeSpan? idleAfter = null, string name = "event-time",
            bool advanceWhenQuiet = false, TimeSpan? maxAhead = null)
        {
            return stream.WithEventTime(
                time, new BoundedOutOfOrderness<T>(maxOutOfOrderness), idleAfter, name, advanceWhenQuiet, maxAhead);
        }

        /// <summary>Assigns each record its event time, with watermarks that a generator of your own finds for each partition.</summary>
        /// <remarks>All else is as with bounded out-of-orderness: the stream's watermark is the lowest of its partitions, without those
        /// that are idle, and never goes back.</remarks>
        /// <param name="time">Selects the record's event time; called once per record, on the task's thread.</param>
        /// <param name="watermarks">Generates the watermark of each partition.</param>
        /// <param name="idleAfter">The time without records after which a partition is idle and no longer holds event time back. Default 5
        /// s.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors; names the generator's state too.</param>
        /// <param name="advanceWhenQuiet">Whether the watermark advances with the clock while all partitions are idle.</param>
        /// <param name="maxAhead">The largest time by which a record or a watermark may be ahead of the clock: one further ahead is an
        /// error of the record.</param>
        /// <example><code>
        /// var ceiling = pipeline.From(new Sensors("ceiling", 2, "attic", "cellar"))
        ///     .WithEventTime(reading => reading.Time, new WholeHours(), name: "ceiling-time")
        ///     .KeyBy(reading => reading.Room);
        /// </code></example>
        public Stream<T> WithEventTime<TState>(
            Func<T, DateTimeOffset> time, WatermarkGenerator<T, TState> watermarks, TimeSpan? idleAfter = null, string name = "event-time",
            bool advanceWhenQuiet = false, TimeSpan? maxAhead = null)
        {
            ArgumentNullException.ThrowIfNull(time);
            return stream.WithEventTime(
                value => time(value).ToUnixTimeMilliseconds(), watermarks, idleAfter, name, advanceWhenQuiet, maxAhead);
        }

        /// <summary>Assigns a <see cref="DateTime"/>, in UTC unless its kind is local, with a generator of the user's.</summary>
        public Stream<T> WithEventTime<TState>(
            Func<T, DateTime> time, WatermarkGenerator<T, TState> watermarks, TimeSpan? idleAfter = null, string name = "event-time",
            bool advanceWhenQuiet = false, TimeSpan? maxAhead = null)
        {
            ArgumentNullException.ThrowIfNull(time);
            return stream.WithEventTime(
                value => TimeRange.UnixMilliseconds(time(value)), watermarks, idleAfter, name, advanceWhenQuiet, maxAhead);
        }

        /// <summary>Assigns milliseconds since the Unix epoch, with a generator of the user's.</summary>
        public Stream<T> WithEventTime<TState>(
            Func<T, long> time, WatermarkGenerator<T, TState> watermarks, TimeSpan? idleAfter = null, string name = "event-time",
            bool advanceWhenQuiet = false, TimeSpan? maxAhead = null)
        {
            ArgumentNullException.ThrowIfNull(time);
            return stream.Assign(time, watermarks, idleAfter, name, advanceWhenQuiet, maxAhead);
        }

        internal Stream<T> Assign<TState>(
            Selector<T, long> time, WatermarkGenerator<T, TState> watermarks, TimeSpan? idleAfter, string name, bool advanceWhenQuiet,
            TimeSpan? maxAhead)
        {
            ArgumentNullException.ThrowIfNull(watermarks);
            if (idleAfter is { } idle) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(idle, TimeSpan.Zero, nameof(idleAfter));
            if (maxAhead is { } ahead) ArgumentOutOfRangeException.ThrowIfLessThan(ahead, TimeSpan.Zero, nameof(maxAhead));
            return stream.Add(input => new EventTimeNode<T, TState>(
                name, input, time, watermarks, new EventTimeOptions(idleAfter ?? DefaultIdleAfter, advanceWhenQuiet, maxAhead)));
        }
    }
}

/// <summary>Finds the steps that assign event time.</summary>
internal static class EventTime
{
    /// <summary>Returns the steps from which a step's records have their event time.</summary>
    internal static IEnumerable<Node> GiversBefore(Node node)
        => node is IGivesEventTime ? [node] : node.Inputs.SelectMany(GiversBefore).Distinct();
}

internal interface IGivesEventTime
{
    /// <summary>The time without records after which a split is idle and no longer holds event time back.</summary>
    TimeSpan IdleAfter { get; }

    /// <summary>The user's generator of watermarks; null: they follow from the newest times.</summary>
    string? Generator { get; }
}

/// <summary>The options of a step that assigns event time.</summary>
internal sealed record EventTimeOptions(TimeSpan IdleAfter, bool AdvancesWhenQuiet, TimeSpan? MaxAhead)
{
    public override string ToString()
        => $"idle after {IdleAfter}{(AdvancesWhenQuiet ? ", advances when quiet" : "")}"
            + (MaxAhead is { } ahead ? $", at most {ahead} ahead" : "");
}

internal sealed record EventTimeNode<T, TState>(
    string Name, Node<T> Input, Selector<T, long> Time, WatermarkGenerator<T, TState> Watermarks, EventTimeOptions Options)
    : Node<T, T>(Name, Input), IGivesEventTime
{
    public TimeSpan IdleAfter => Options.IdleAfter;

    public string? Generator => Watermarks.GoesByNewest ? null : Watermarks.Name;

    public override string Detail => $"{Watermarks.Name}, {Options}";

    public override Operator<T, T> CreateOperator()
        => new EventTimeOperator<T, TState>(Time, Watermarks, Options, $"sources {string.Join(", ", SourceNames)}");

    private IEnumerable<string> SourceNames
        => PlanCheck.SourcesOf(Input).Select(static source => source.Name).Order(StringComparer.Ordinal);

    public override IEnumerable<string> Check()
        => Input.IsBehindExchange
            ? [$"Event time '{Name}' stands behind an exchange, where a source's order is lost. Call WithEventTime before KeyBy."]
            : [];
}
