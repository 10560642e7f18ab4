using System.Runtime.CompilerServices;

namespace Dataflow;

static partial class Verbs
{
    extension<T>(Source<T> source)
    {
        /// <summary>Sorts the records of each split by time, so that none is late: labels of a training set, for example.</summary>
        /// <remarks>The source must be bounded (a topic: <see cref="Topic{T}.StopAtEnd"/>); it is read to its end before any stream starts.
        /// Up to 32 MiB of each split stay in memory; the rest goes to files without a name in the log's directory, so that nothing is left
        /// of them however the job ends. A job that restarts from a checkpoint reads and sorts the source again, and continues where it
        /// was. Records of equal time stay in their order.</remarks>
        /// <param name="time">Selects the time, the same as for <c>WithEventTime</c>; called once per record, on the task's thread. Records
        /// on which it fails come first.</param>
        /// <example><code>
        /// pipeline.From(Source.Of(input).OrderBy(order => order.Time))
        ///     .WithEventTime(order => order.Time)
        ///     .To(Sink.Console&lt;Order>(order => $"{order.Time:HH:mm} {order.Customer}"));
        /// </code></example>
        public Source<T> OrderBy(Func<T, DateTimeOffset> time)
        {
            ArgumentNullException.ThrowIfNull(time);
            return source.OrderBy(value => time(value).ToUnixTimeMilliseconds());
        }

        /// <summary>Sorts by a <see cref="DateTime"/>, in UTC unless its kind is local.</summary>
        public Source<T> OrderBy(Func<T, DateTime> time)
        {
            ArgumentNullException.ThrowIfNull(time);
            return source.OrderBy(value => TimeRange.UnixMilliseconds(time(value)));
        }

        /// <summary>Sorts by milliseconds since the Unix epoch.</summary>
        public Source<T> OrderBy(Func<T, long> time)
        {
            ArgumentNullException.ThrowIfNull(source);
            ArgumentNullException.ThrowIfNull(time);
            return new OrderedSource<T>(source, time);
        }
    }

    extension<T>(Topic<T> topic)
    {
        /// <summary>Sorts the records of each partition by time; see <c>OrderBy</c> of a source.</summary>
        /// <inheritdoc cref="OrderBy{T}(Source{T}, Func{T, DateTimeOffset})"/>
        public Source<T> OrderBy(Func<T, DateTimeOffset> time) => SourceOf(topic).OrderBy(time);

        /// <summary>Sorts by a <see cref="DateTime"/>, in UTC unless its kind is local.</summary>
        public Source<T> OrderBy(Func<T, DateTime> time) => SourceOf(topic).OrderBy(time);

        /// <summary>Sorts by milliseconds since the Unix epoch.</summary>
        public Source<T> OrderBy(Func<T, long> time) => SourceOf(topic).OrderBy(time);
    }

    private static TopicSource<T> SourceOf<T>(Topic<T> topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return new TopicSource<T>(topic);
    }
}

/// <summary>A source whose splits are read in the order of time. Its positions count records in that order.</summary>
internal sealed class OrderedSource<T>(Source<T> source, Func<T, long> time) : Source<T>
{
    public override string Name => source.Name;

    public override bool IsBounded => source.IsBounded;

    public override bool MayBeShared => source.MayBeShared;

    public override bool SortsByTime => true;

    public override TopicValues? Reads => source.Reads;

    /// <summary>The unsorted source, whose positions name records.</summary>
    public Source<T> AsItIs => source;

    public override void CheckTypes()
    {
        source.CheckTypes();
        // Values without references are kept as they lie in memory.
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) _ = Serde<T>.Current;
    }

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => source.Describe(context);

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
    {
        var reader = source.Open(split with { Mark = default }, 0, context);
        return new OrderedReader<T>(reader, time, split, position, new TimeOrder<T>(context.Log));
    }

    public override bool HasChanged(SourceSplit split) => source.HasChanged(split with { Mark = OrderedMark.Read(split.Mark).OfSource });
}
