using Dataflow.Windows;

namespace Dataflow;

static partial class Verbs
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Assigns records to windows. Records whose windows have all closed are late: counted and dropped.</summary>
        /// <param name="windows">Which windows: <c>Tumbling.Every(size)</c>, <c>Session.WithGap(gap)</c> and so on.</param>
        /// <param name="name">Names the state; give one where a pipeline has two windows alike.</param>
        /// <param name="trigger">Adds early and late results; unless given, each window emits one result, at its end.</param>
        /// <example><code>
        /// readings.Window(Tumbling.Every(TimeSpan.FromMinutes(10)))
        ///     .Aggregate(
        ///         a => a.Mean(reading => reading.Celsius),
        ///         (room, window, mean) => $"{window.Start:HH:mm} to {window.End:HH:mm}: {mean} degrees")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public WindowedStream<TKey, T> Window(WindowSpec windows, string name = "window", Trigger? trigger = null)
            => stream.Window(windows, new Output<T>($"{name}-late"), name, trigger);

        /// <summary>Assigns records to windows, and emits late records as a stream of their own.</summary>
        /// <param name="windows">Which windows: <c>Tumbling.Every(size)</c>, <c>Session.WithGap(gap)</c> and so on.</param>
        /// <param name="late">The records whose windows have all closed, unchanged.</param>
        /// <param name="name">Names the state; give one where a pipeline has two windows alike.</param>
        /// <param name="trigger">Adds early and late results; unless given, each window emits one result, at its end.</param>
        /// <example><code>
        /// var counts = orders.Window(Tumbling.Every(TimeSpan.FromMinutes(5)), out var late)
        ///     .Aggregate(
        ///         a => a.Sum(order => order.Pieces),
        ///         (item, window, pieces) => $"{window.Start:HH:mm} {item}: {pieces} pieces");
        /// </code></example>
        public WindowedStream<TKey, T> Window(
            WindowSpec windows, out KeyedStream<TKey, T> late, string name = "window", Trigger? trigger = null)
        {
            var output = new Output<T>($"{name}-late");
            var windowed = stream.Window(windows, output, name, trigger);
            late = windowed.Records.SideOutput(output);
            return windowed;
        }

        internal WindowedStream<TKey, T> Window(
            WindowSpec windows, Output<T> late, string name, Trigger? trigger, string namedBy = nameof(Window))
        {
            ArgumentNullException.ThrowIfNull(windows);
            trigger ??= Trigger.AtEnd;
            return new(stream.Add(input => new WindowNode<TKey, T>(name, input, windows, trigger, late)), windows, trigger, name, namedBy);
        }
    }
}

/// <summary>A keyed stream in windows, ready for an aggregate.</summary>
public sealed class WindowedStream<TKey, T>
    where TKey : notnull
{
    internal WindowedStream(KeyedStream<TKey, T> records, WindowSpec windows, Trigger trigger, string name, string namedBy)
    {
        Records = records;
        Windows = windows;
        Trigger = trigger;
        Name = name;
        NamedBy = namedBy;
    }

    internal KeyedStream<TKey, T> Records { get; }

    internal WindowSpec Windows { get; }

    internal Trigger Trigger { get; }

    internal string Name { get; }

    /// <summary>The call that the name was given to.</summary>
    internal string NamedBy { get; }
}

internal sealed record WindowNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, WindowSpec Windows, Trigger Trigger, Output<T> Late)
    : Node<Keyed<TKey, T>, Keyed<TKey, T>>(Name, Input)
    where TKey : notnull
{
    public override bool LetsPartsPass => true;

    public override string Detail => Trigger == Trigger.AtEnd ? $"{Windows}" : $"{Windows}, {Trigger}";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, T>> CreateOperator() => new LateFilter<TKey, T>(Windows, Trigger, Late);

    public override IEnumerable<string> Check()
    {
        if ((Windows.NeedsTime || Trigger.EarlyEvery is not null) && !HasEventTime)
            yield return $"Window '{Name}' needs event time. Add WithEventTime(...) before KeyBy.";
        if (!Windows.TakesTrigger && Trigger != Trigger.AtEnd)
            yield return $"Window '{Name}' ({Windows}) gives its results by itself. Leave its trigger out.";
    }
}
