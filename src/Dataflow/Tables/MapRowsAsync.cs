namespace Dataflow;

static partial class Verbs
{
    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>Replaces each row by the result of an asynchronous call. The changes of a key keep their order.</summary>
        /// <remarks>A deleted row needs no call, but waits for its key's calls in flight, so that it does not overtake the row that it
        /// deletes. A row whose call finally fails is rejected, and the one before stays in force. Checkpoints store the records in flight,
        /// as for <c>MapAsync</c> of a stream.</remarks>
        /// <param name="map">Starts the call; called on the task's thread, must not block. Its token is cancelled when the call exceeds its
        /// timeout and when the job ends.</param>
        /// <param name="options">The number of concurrent calls, timeout, retries and rate.</param>
        /// <param name="name">Names the step and the table; give one where a pipeline has two such steps.</param>
        /// <exception cref="ArgumentException">The options do not keep the order.</exception>
        /// <example><code>
        /// pipeline.Table(Source.Of(input, "items").OneByOne(), item => item.Name)
        ///     .MapAsync(TranslateAsync)
        ///     .PrintChanges();
        /// </code></example>
        public Table<TKey, TOut> MapAsync<TOut>(
            Func<TRow, CancellationToken, Task<TOut>> map, AsyncOptions? options = null, string name = "map-async")
        {
            ArgumentNullException.ThrowIfNull(map);
            if (options is { KeepsOrder: false })
                throw new ArgumentException(
                    $"Rows of a table come in the order of their key: leave {nameof(AsyncOptions.KeepsOrder)} true.", nameof(options));
            return table.Changes()
                .Add(input => new MapRowsAsyncNode<TKey, TRow, TOut>(name, input, map, options ?? new()))
                .ToTable($"{name}-table");
        }
    }
}

internal sealed record MapRowsAsyncNode<TKey, TRow, TOut>(
    string Name, Node<Keyed<TKey, Change<TRow>>> Input, Func<TRow, CancellationToken, Task<TOut>> Map, AsyncOptions Options)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TOut>>>(Name, Input)
    where TKey : notnull
{
    public override string Detail => Options.Detail;

    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TOut>>> CreateOperator()
        => new MapRowsAsyncOperator<TKey, TRow, TOut>(Map, Options);
}

internal sealed class MapRowsAsyncOperator<TKey, TRow, TOut>(Func<TRow, CancellationToken, Task<TOut>> map, AsyncOptions options)
    : CallingOperator<Keyed<TKey, Change<TRow>>, TOut, Keyed<TKey, Change<TOut>>>(options, CallOrder.OfKeys<TKey, Change<TRow>>())
    where TKey : notnull
{
    private static readonly Task<TOut> NoRow = Task.FromResult<TOut>(default!);

    private Counter _calls = null!; // set by Declare

    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        _calls = declare.Counter(CounterDefinition.Calls);
    }

    protected override bool IsAnswered(Keyed<TKey, Change<TRow>> value) => !value.Value.HasNew;

    protected override Task<TOut> CallAsync(Keyed<TKey, Change<TRow>> value, CancellationToken cancellationToken)
    {
        if (!value.Value.HasNew) return NoRow;
        _calls.Add();
        return map(value.Value.New, cancellationToken);
    }

    protected override void HandOn(in Record<Keyed<TKey, Change<TRow>>> record, TOut result)
    {
        var (key, change) = record.Value;
        Emit(record.With(new Keyed<TKey, Change<TOut>>(key, change.HasNew ? Change<TOut>.Insert(result) : Change<TOut>.Delete(default!))));
    }
}
