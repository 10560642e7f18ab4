using Dataflow.Planning;

namespace Dataflow;

static partial class Verbs
{
    private static readonly TimeSpan DefaultIdleAfter = TimeSpan.FromSeconds(5);

    extension<T>(Stream<T> stream)
    {
        /// <summary>Says when each record happened and how much disorder to expect; watermarks follow from that.</summary>
        /// <remarks>The watermark of a source's partition stays <paramref name="maxOutOfOrderness"/> behind its newest record; that of the
        /// stream is the least of its partitions, without those that have been quiet for <paramref name="idleAfter"/>. When all
        /// are quiet it stays at the greatest of any, so that a record which continues where they stopped is not late; windows that are over
        /// by the clock give a result all the same (<see cref="Firing.Quiet"/>). A time outside the years 2 to 9998 is an error of the record.</remarks>
        /// <param name="time">When the record happened; called once per record, on the task's thread.</param>
        /// <param name="maxOutOfOrderness">How much older than its predecessors a record may be without being late.</param>
        /// <param name="idleAfter">After how long without records a partition no longer holds time back. Default 5 s.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <param name="advanceWhenQuiet">Whether the watermark goes on with the clock while all partitions are quiet, so that timers, joins
        /// and patterns go on too. What continues later than that is late.</param>
        /// <param name="maxAhead">How far ahead of the clock a time may be: what is further ahead is an error of the record, and one bad
        /// clock does not make all others' records late. Null: no bound. Not for a replay of times that lie ahead.</param>
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
            return stream.WithEventTime(value => time(value).ToUnixTimeMilliseconds(), maxOutOfOrderness, idleAfter, name, advanceWhenQuiet, maxAhead);
        }

        /// <summary>Takes the time as a <see cref="DateTime"/>, in UTC unless its kind is local.</summary>
        public Stream<T> WithEventTime(
            Func<T, DateTime> time, TimeSpan maxOutOfOrderness = default, TimeSpan? idleAfter = null, string name = "event-time",
            bool advanceWhenQuiet = false, TimeSpan? maxAhead = null)
        {
            ArgumentNullException.ThrowIfNull(time);
            return stream.WithEventTime(value => EventTime.UnixMilliseconds(time(value)), maxOutOfOrderness, idleAfter, name, advanceWhenQuiet, maxAhead);
        }

        /// <summary>Takes the time in milliseconds since the Unix epoch.</summary>
        public Stream<T> WithEventTime(
            Func<T, long> time, TimeSpan maxOutOfOrderness = default, TimeSpan? idleAfter = null, string name = "event-time",
            bool advanceWhenQuiet = false, TimeSpan? maxAhead = null)
        {
            ArgumentNullException.ThrowIfNull(time);
            ArgumentOutOfRangeException.ThrowIfLessThan(maxOutOfOrderness, TimeSpan.Zero);
            if (idleAfter is { } idle) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(idle, TimeSpan.Zero, nameof(idleAfter));
            if (maxAhead is { } ahead) ArgumentOutOfRangeException.ThrowIfLessThan(ahead, TimeSpan.Zero, nameof(maxAhead));
            return stream.Add(input => new EventTimeNode<T>(
                name, input, time, new EventTimeOptions(maxOutOfOrderness, idleAfter ?? DefaultIdleAfter, advanceWhenQuiet, maxAhead)));
        }
    }
}

/// <summary>Which steps give records their event time.</summary>
internal static class EventTime
{
    /// <summary>The steps from which a step's records have their event time.</summary>
    internal static IEnumerable<Node> GiversBefore(Node node)
        => node is IGivesEventTime ? [node] : node.Inputs.SelectMany(GiversBefore).Distinct();

    internal static long UnixMilliseconds(DateTime time)
        => ((time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time).Ticks / TimeSpan.TicksPerMillisecond)
            - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMillisecond);
}

internal interface IGivesEventTime
{
    /// <summary>After how long without records a split no longer holds time back.</summary>
    TimeSpan IdleAfter { get; }
}

/// <summary>How a step makes watermarks.</summary>
internal sealed record EventTimeOptions(TimeSpan MaxOutOfOrderness, TimeSpan IdleAfter, bool AdvancesWhenQuiet, TimeSpan? MaxAhead)
{
    public long MaxOutOfOrdernessMs => (long)MaxOutOfOrderness.TotalMilliseconds;

    public override string ToString()
        => $"out of order by {MaxOutOfOrderness}, idle after {IdleAfter}{(AdvancesWhenQuiet ? ", advances when quiet" : "")}"
            + (MaxAhead is { } ahead ? $", at most {ahead} ahead" : "");
}

internal sealed record EventTimeNode<T>(string Name, Node<T> Input, Func<T, long> Time, EventTimeOptions Options)
    : Node<T, T>(Name, Input), IGivesEventTime
{
    public TimeSpan IdleAfter => Options.IdleAfter;

    public override string Detail => Options.ToString();

    public override Operator<T, T> CreateOperator() => new EventTimeOperator<T>(Time, Options, $"sources {string.Join(", ", SourceNames)}");

    private IEnumerable<string> SourceNames => PlanCheck.SourcesOf(Input).Select(static source => source.Name).Order(StringComparer.Ordinal);

    public override IEnumerable<string> Check()
        => Input.IsBehindExchange
            ? [$"Event time '{Name}' stands behind an exchange, where a source's order is lost. Call WithEventTime before KeyBy."]
            : [];
}
