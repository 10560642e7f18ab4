namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Collects the values of each worker into lists. A list is emitted when the first of the limits is reached.</summary>
        /// <remarks>Collected values are state: a checkpoint neither waits for a list nor cuts it, and the list is restored after a
        /// restart. At the end of the input the rest is emitted. A list has the time of its newest value, or the watermark if that is
        /// later, so that no list is late.</remarks>
        /// <param name="maxCount">The largest number of values in a list.</param>
        /// <param name="cost">Computes the cost of a value, such as tokens or bytes; called on the task's thread.</param>
        /// <param name="maxCost">The largest total cost of a list: a value that would exceed it begins the next list. A single value that
        /// costs more is a list of its own.</param>
        /// <param name="within">The longest wait of the first value, by the job's clock, accurate to about 20 ms.</param>
        /// <param name="withinEventTime">How far the watermark may pass the time of the first value; zero: not at all. It limits the
        /// wait of a list, not its content: a much newer value that comes before the watermark is in the list too.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        /// <example><code>
        /// orders.Batch(100, cost: order => order.Pieces, maxCost: 10, name: "cost")
        ///     .Select(list => $"ten pieces: {string.Join(", ", list.Select(order => order.Pieces))}")
        ///     .To(Sink.Console&lt;string>(name: "cost"));
        /// </code></example>
        public Stream<IReadOnlyList<T>> Batch(
            int maxCount, Func<T, long>? cost = null, long? maxCost = null, TimeSpan? within = null, TimeSpan? withinEventTime = null,
            string name = "batch")
        {
            var bounds = new BatchBounds<T>(maxCount, cost, maxCost, within, withinEventTime);
            return stream.Add(input => new BatchNode<T>(name, input, bounds));
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Collects the values of each key into lists. A list is emitted when the first of the limits is reached.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).Batch(int, Func{T, long}, long?, TimeSpan?, TimeSpan?, string)"/>
        /// <example><code>
        /// orders.KeyBy(order => order.Item).Batch(100, withinEventTime: TimeSpan.FromMinutes(10), name: "time")
        ///     .Select(list => $"in ten minutes: {string.Join(", ", list.Select(order => order.Item))}")
        ///     .To(Sink.Console&lt;string>(name: "time"));
        /// </code></example>
        public KeyedStream<TKey, IReadOnlyList<T>> Batch(
            int maxCount, Func<T, long>? cost = null, long? maxCost = null, TimeSpan? within = null, TimeSpan? withinEventTime = null,
            string name = "batch")
        {
            var bounds = new BatchBounds<T>(maxCount, cost, maxCost, within, withinEventTime);
            return stream.Add(input => new KeyedBatchNode<TKey, T>(name, input, bounds));
        }
    }
}

/// <summary>The limits at which a list is emitted.</summary>
internal sealed record BatchBounds<T>
{
    private readonly Func<T, long>? _cost;

    public BatchBounds(int maxCount, Func<T, long>? cost, long? maxCost, TimeSpan? within, TimeSpan? withinEventTime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, 1);
        if (cost is null != maxCost is null) throw new ArgumentException("Give cost and maxCost together, or neither.", nameof(maxCost));
        if (maxCost is { } max) ArgumentOutOfRangeException.ThrowIfLessThan(max, 1, nameof(maxCost));
        if (within is { } wait) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(wait, TimeSpan.Zero, nameof(within));
        if (withinEventTime is { } span) ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero, nameof(withinEventTime));
        (MaxCount, _cost, MaxCost, Within, WithinEventTime) = (maxCount, cost, maxCost ?? long.MaxValue, within, withinEventTime);
    }

    public int MaxCount { get; }

    public long MaxCost { get; }

    public TimeSpan? Within { get; }

    public TimeSpan? WithinEventTime { get; }

    public string Detail => string.Join(", ", Parts());

    public long CostOf(T value) => _cost is null ? 0 : _cost(value);

    public IEnumerable<string> Check(Node step)
        => WithinEventTime is null || step.HasEventTime
            ? []
            : [$"batch '{step.Name}' goes by event time, but its records have none. Call WithEventTime before it."];

    private IEnumerable<string> Parts()
    {
        yield return $"{MaxCount} at most";
        if (_cost is not null) yield return $"cost at most {MaxCost}";
        if (Within is { } wait) yield return $"within {wait}";
        if (WithinEventTime is { } span) yield return $"within {span} of event time";
    }
}

internal sealed record BatchNode<T>(string Name, Node<T> Input, BatchBounds<T> Bounds) : Node<T, IReadOnlyList<T>>(Name, Input)
{
    public override string Detail => Bounds.Detail;

    public override IEnumerable<string> Check() => Bounds.Check(this);

    public override Operator<T, IReadOnlyList<T>> CreateOperator() => new BatchOperator<T>(Bounds);
}

internal sealed record KeyedBatchNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, BatchBounds<T> Bounds)
    : Node<Keyed<TKey, T>, Keyed<TKey, IReadOnlyList<T>>>(Name, Input)
    where TKey : notnull
{
    public override string Detail => $"by key, {Bounds.Detail}";

    public override IEnumerable<string> Check() => Bounds.Check(this);

    public override Operator<Keyed<TKey, T>, Keyed<TKey, IReadOnlyList<T>>> CreateOperator() => new KeyedBatchOperator<TKey, T>(Bounds);
}
