namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Joins each value with the row that an asynchronous call returns for its key. An inner join: values without a row are
        /// dropped and counted as unmatched.</summary>
        /// <remarks>Rows are kept in a cache that all workers of the job share; of concurrent lookups of a key only one makes the call. A
        /// failed call is not cached. Checkpoints do not wait for calls: the rules of <c>MapAsync</c> apply. A cached row does not change:
        /// changes elsewhere become visible after the time to live.</remarks>
        /// <param name="key">Selects the key to look up; called on the task's thread, more than once for a value.</param>
        /// <param name="find">Starts the call; must not block. Its task returns null where there is no row.</param>
        /// <param name="result">Computes the result of value and row; called on the task's thread.</param>
        /// <param name="options">The options of calls and cache.</param>
        /// <param name="name">The name of the step and of its state; give one where a pipeline has two such steps.</param>
        /// <example><code>
        /// orders.Lookup(order => order.Item, FindAsync, (order, item) => $"{order.Customer}: {item.Name} from the shelf {item.Shelf}")
        ///     .To(Sink.Console&lt;string>(name: "inner"));
        /// </code></example>
        public Stream<TOut> Lookup<TKey, TRow, TOut>(
            Func<T, TKey> key, Func<TKey, CancellationToken, Task<TRow?>> find, Func<T, TRow, TOut> result,
            LookupOptions? options = null, string name = "lookup")
            where TKey : notnull
            where TRow : class
        {
            ArgumentNullException.ThrowIfNull(key);
            ArgumentNullException.ThrowIfNull(find);
            ArgumentNullException.ThrowIfNull(result);
            return stream.Add(
                input => new LookupNode<T, TKey, TRow, TOut>(name, input, key, find, result!, options ?? new()) { IsInner = true });
        }

        /// <summary>Looks up rows as <c>Lookup</c> does, but keeps the values that have no row: a left join.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).Lookup{TKey, TRow, TOut}(Func{T, TKey}, Func{TKey, CancellationToken, Task{TRow}}, Func{T, TRow, TOut}, LookupOptions, string)"/>
        /// <example><code>
        /// orders.KeyBy(order => order.Item)
        ///     .LeftLookup(
        ///         FindAsync, (order, item) => $"left: {order.Customer}, {item?.Shelf ?? "no shelf"}",
        ///         new() { TimeToLive = TimeSpan.FromMinutes(5) }, "left")
        ///     .To(Sink.Console&lt;string>(name: "left"));
        /// </code></example>
        public Stream<TOut> LeftLookup<TKey, TRow, TOut>(
            Func<T, TKey> key, Func<TKey, CancellationToken, Task<TRow?>> find, Func<T, TRow?, TOut> result,
            LookupOptions? options = null, string name = "lookup")
            where TKey : notnull
            where TRow : class
        {
            ArgumentNullException.ThrowIfNull(key);
            ArgumentNullException.ThrowIfNull(find);
            ArgumentNullException.ThrowIfNull(result);
            return stream.Add(input => new LookupNode<T, TKey, TRow, TOut>(name, input, key, find, result, options ?? new()));
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Joins each value with the row that an asynchronous call returns for its key. An inner join: values without a row are
        /// dropped and counted as unmatched. A slow call delays only its own key.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).Lookup{TKey, TRow, TOut}(Func{T, TKey}, Func{TKey, CancellationToken, Task{TRow}}, Func{T, TRow, TOut}, LookupOptions, string)"/>
        public KeyedStream<TKey, TOut> Lookup<TRow, TOut>(
            Func<TKey, CancellationToken, Task<TRow?>> find, Func<T, TRow, TOut> result, LookupOptions? options = null,
            string name = "lookup")
            where TRow : class
        {
            ArgumentNullException.ThrowIfNull(find);
            ArgumentNullException.ThrowIfNull(result);
            return stream.Add(input => ByKey<TKey, T, TRow, TOut>(input, find, result!, options, name) with { IsInner = true });
        }

        /// <summary>Looks up rows as <c>Lookup</c> does, but keeps the values that have no row: a left join.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, T}(KeyedStream{TKey, T}).Lookup{TRow, TOut}(Func{TKey, CancellationToken, Task{TRow}}, Func{T, TRow, TOut}, LookupOptions, string)"/>
        /// <example><code>
        /// orders.KeyBy(order => order.Item)
        ///     .LeftLookup(
        ///         FindAsync, (order, item) => $"left: {order.Customer}, {item?.Shelf ?? "no shelf"}",
        ///         new() { TimeToLive = TimeSpan.FromMinutes(5) }, "left")
        ///     .To(Sink.Console&lt;string>(name: "left"));
        /// </code></example>
        public KeyedStream<TKey, TOut> LeftLookup<TRow, TOut>(
            Func<TKey, CancellationToken, Task<TRow?>> find, Func<T, TRow?, TOut> result, LookupOptions? options = null,
            string name = "lookup")
            where TRow : class
        {
            ArgumentNullException.ThrowIfNull(find);
            ArgumentNullException.ThrowIfNull(result);
            return stream.Add(input => ByKey<TKey, T, TRow, TOut>(input, find, result, options, name));
        }
    }

    private static LookupNode<Keyed<TKey, T>, TKey, TRow, Keyed<TKey, TOut>> ByKey<TKey, T, TRow, TOut>(
        Node<Keyed<TKey, T>> input, Func<TKey, CancellationToken, Task<TRow?>> find, Func<T, TRow?, TOut> result,
        LookupOptions? options, string name)
        where TKey : notnull
        where TRow : class
        => new(name, input, static pair => pair.Key, find, (pair, row) => new(pair.Key, result(pair.Value, row)), options ?? new())
        {
            Order = CallOrder.OfKeys<TKey, T>(),
        };
}

internal sealed record LookupNode<TIn, TKey, TRow, TOut>(
    string Name, Node<TIn> Input, Func<TIn, TKey> Key, Func<TKey, CancellationToken, Task<TRow?>> Find, Func<TIn, TRow?, TOut> Result,
    LookupOptions Options) : Node<TIn, TOut>(Name, Input)
    where TKey : notnull
    where TRow : class
{
    public bool IsInner { get; init; }

    /// <summary>The order of a keyed stream; null: that of the input.</summary>
    public CallOrder<TIn>? Order { get; init; }

    public override string Detail
        => $"{Options.Calls.Detail}, cache of {Options.CacheSize}{(Options.TimeToLive is { } time ? $" for {time}" : "")}"
            + (Options.CachesMisses ? "" : ", without misses");

    public override Operator<TIn, TOut> CreateOperator() => new LookupOperator<TIn, TKey, TRow, TOut>(this);
}

internal sealed class LookupOperator<TIn, TKey, TRow, TOut>(LookupNode<TIn, TKey, TRow, TOut> node)
    : CallingOperator<TIn, TRow?, TOut>(node.Options.Calls, node.Order)
    where TKey : notnull
    where TRow : class
{
    private LookupCache<TKey, TRow> _cache = null!;
    private Counter _calls = null!;
    private Counter _reused = null!;
    private Counter _unmatched = null!;

    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        _calls = declare.Counter(CounterDefinition.Calls);
        _reused = declare.Counter(CounterDefinition.Reused);
        _unmatched = declare.Counter(CounterDefinition.Unmatched);
    }

    protected override void Open()
    {
        _cache = Context.Shared(() => new LookupCache<TKey, TRow>(node.Options, Context.Time));
        base.Open();
    }

    protected override bool IsAnswered(TIn value)
    {
        try
        {
            return _cache.Has(node.Key(value));
        }
        catch (Exception)
        {
            return true; // fails again in the call, where the record is rejected
        }
    }

    protected override Task<TRow?> CallAsync(TIn value, CancellationToken cancellationToken)
    {
        var row = _cache.FindAsync(node.Key(value), node.Find, out var isCall, cancellationToken);
        if (isCall) _calls.Add();
        else _reused.Add();
        return row;
    }

    protected override void HandOn(in Record<TIn> record, TRow? row)
    {
        if (row is null && node.IsInner)
        {
            _unmatched.Add();
            return;
        }

        TOut value;
        try
        {
            value = node.Result(record.Value, row);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        Emit(record.With(value));
    }
}
