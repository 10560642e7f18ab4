namespace Dataflow;

static partial class Verbs
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Passes on the first record of each key and drops later ones, which are counted as filtered.</summary>
        /// <remarks>Without <paramref name="within"/> every key is kept in state for ever. With it, a record is dropped if an emitted one
        /// is at most that much older or newer by event time, and keys are removed as event time advances: so a record older than the
        /// watermark is late, dropped and counted.</remarks>
        /// <param name="within">The time during which a key's first record suppresses others; null: for ever.</param>
        /// <param name="name">Names the state; give one where a pipeline has two.</param>
        /// <example><code>
        /// orders.Deduplicate(within: TimeSpan.FromMinutes(10))
        ///     .To(Sink.Console&lt;Order>(order => $"{order.Time:HH:mm} {order.Customer}"));
        /// </code></example>
        public KeyedStream<TKey, T> Deduplicate(TimeSpan? within = null, string name = "deduplicate")
            => stream.Deduplicate(within, new Output<T>($"{name}-late"), name);

        /// <summary>Passes on the first record of each key, and emits late records as a stream of their own.</summary>
        /// <param name="within">The time during which a key's first record suppresses others.</param>
        /// <param name="late">The records that are older than the watermark, unchanged.</param>
        /// <param name="name">Names the state; give one where a pipeline has two.</param>
        public KeyedStream<TKey, T> Deduplicate(TimeSpan within, out KeyedStream<TKey, T> late, string name = "deduplicate")
        {
            var output = new Output<T>($"{name}-late");
            var first = stream.Deduplicate(within, output, name);
            late = first.SideOutput(output);
            return first;
        }

        private KeyedStream<TKey, T> Deduplicate(TimeSpan? within, Output<T> late, string name)
        {
            if (within is { } span) ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.FromMilliseconds(1), nameof(within));
            return stream.Add(input => new DeduplicateNode<TKey, T>(name, input, within, late));
        }
    }
}

internal sealed record DeduplicateNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, TimeSpan? Within, Output<T> Late)
    : Node<Keyed<TKey, T>, Keyed<TKey, T>>(Name, Input)
    where TKey : notnull
{
    public override string Detail => Within is { } span ? $"within {span}" : "for ever";

    public override string StateSignature => $"deduplicate {Detail}";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, T>> CreateOperator()
        => new DeduplicateOperator<TKey, T>((long?)Within?.TotalMilliseconds, Late);

    public override IEnumerable<string> Check()
        => Within is null || HasEventTime
            ? []
            : [$"Deduplicate '{Name}' needs event time to forget keys by. Add WithEventTime(...) before KeyBy, or leave 'within' out."];
}

/// <summary>Keeps the time of each key's emitted record, in slices of time that are dropped as a whole.</summary>
internal sealed class DeduplicateOperator<TKey, T>(long? withinMs, Output<T> late) : Operator<Keyed<TKey, T>, Keyed<TKey, T>>
    where TKey : notnull
{
    private SideOutput<Keyed<TKey, T>> _late = null!;
    private KeyTimes<TKey>? _times; // null where keys are kept for ever
    private Counter _lateRecords = null!;
    private Counter _repeated = null!;
    private NamespacedState<TKey, long> _passed = null!; // by slice: a slice is as long as a key is kept

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (_times?.IsLate(record.Value.Key, record.Timestamp) == true)
        {
            _lateRecords.Add();
            _late.Emit(in record);
            return;
        }

        var slice = SliceOf(record.Timestamp);
        if (IsIn(slice, in record) || IsIn(slice - 1, in record) || IsIn(slice + 1, in record))
        {
            _repeated.Add();
            return;
        }

        _passed.Open(slice).Update(record.Value.Key, out _) = record.Timestamp;
        Emit(in record);
    }

    public override void Advance(long watermark)
    {
        base.Advance(watermark);
        if (_times?.Advance(watermark) != true) return;
        foreach (var slice in _passed.Tables.Keys.TakeWhile(slice => slice < SliceOf(watermark) - 1).ToList()) _passed.Drop(slice);
    }

    protected override void Declare(StepDeclaration declare)
    {
        _lateRecords = declare.Counter(CounterDefinition.Late);
        _repeated = declare.Counter(CounterDefinition.Filtered);
        _late = declare.Output<TKey, T>(late);
        _passed = declare.NamespacedState<TKey, long>("passed");
        if (withinMs is not null) _times = declare.KeyTimes<TKey>();
    }

    private long SliceOf(long time) => withinMs is { } length ? Math.DivRem(time, length, out var rest) - (rest < 0 ? 1 : 0) : 0;

    private bool IsIn(long slice, in Record<Keyed<TKey, T>> record)
        => _passed.Tables.TryGetValue(slice, out var keys) && keys.TryGet(record.Value.Key, out var passed)
            && (withinMs is not { } length || Math.Abs(record.Timestamp - passed) <= length);
}
