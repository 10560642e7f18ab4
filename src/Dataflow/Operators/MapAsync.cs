namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Replaces each value by the result of an asynchronous call.</summary>
        /// <remarks>A checkpoint does not wait for calls: it stores the values whose results were not emitted yet, and their calls are made
        /// again after a restart. So each value gives one result, but a call may be made more than once. Values that cannot be written (see
        /// <see cref="Serde{T}.Default"/>) cannot be stored: for them checkpoints wait, and the plan says so. A call that finally fails is
        /// an error of its record, which stops the job or becomes a dead letter: see <see cref="ErrorPolicy"/>.</remarks>
        /// <param name="map">Starts the call; called on the task's thread, must not block. Its token is cancelled when the call exceeds its
        /// timeout and when the job ends.</param>
        /// <param name="options">The number of concurrent calls, the order of results, timeout, retries and rate.</param>
        /// <param name="name">The name of the step and of its state; give one where a pipeline has two such steps.</param>
        /// <example><code>
        /// pipeline.From(Source.Of&lt;Order>([new(0, "ada", "tea", 2), new(1, "bob", "tea", 4), new(2, "ada", "cups", 1)]))
        ///     .MapAsync(ScoreAsync, new() { Concurrency = 8, Timeout = TimeSpan.FromSeconds(5), Attempts = 3 })
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public Stream<TOut> MapAsync<TOut>(
            Func<T, CancellationToken, Task<TOut>> map, AsyncOptions? options = null, string name = "map-async")
        {
            ArgumentNullException.ThrowIfNull(map);
            return stream.Add(input => new MapAsyncNode<T, TOut>(name, input, map, options ?? new()));
        }

        /// <summary>Replaces each value by the result of an asynchronous call that cannot be cancelled.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).MapAsync{TOut}(Func{T, CancellationToken, Task{TOut}}, AsyncOptions, string)"/>
        public Stream<TOut> MapAsync<TOut>(Func<T, Task<TOut>> map, AsyncOptions? options = null, string name = "map-async")
        {
            ArgumentNullException.ThrowIfNull(map);
            return stream.MapAsync((value, _) => map(value), options, name);
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Replaces each value by the result of an asynchronous call; a slow call delays only the results of its own
        /// key.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).MapAsync{TOut}(Func{T, CancellationToken, Task{TOut}}, AsyncOptions, string)"/>
        public KeyedStream<TKey, TOut> MapAsync<TOut>(
            Func<T, CancellationToken, Task<TOut>> map, AsyncOptions? options = null, string name = "map-async")
        {
            ArgumentNullException.ThrowIfNull(map);
            return stream.Add(input => new KeyedMapAsyncNode<TKey, T, TOut>(name, input, map, options ?? new()));
        }

        /// <summary>Replaces each value by the result of an asynchronous call that cannot be cancelled; a slow call delays only the results
        /// of its own key.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).MapAsync{TOut}(Func{T, CancellationToken, Task{TOut}}, AsyncOptions, string)"/>
        public KeyedStream<TKey, TOut> MapAsync<TOut>(Func<T, Task<TOut>> map, AsyncOptions? options = null, string name = "map-async")
        {
            ArgumentNullException.ThrowIfNull(map);
            return stream.MapAsync((value, _) => map(value), options, name);
        }
    }
}

internal sealed record MapAsyncNode<TIn, TOut>(
    string Name, Node<TIn> Input, Func<TIn, CancellationToken, Task<TOut>> Map, AsyncOptions Options) : Node<TIn, TOut>(Name, Input)
{
    public override string Detail => Options.Detail;

    public override Operator<TIn, TOut> CreateOperator() => new MapAsyncOperator<TIn, TOut>(Map, Options);
}

internal sealed class MapAsyncOperator<TIn, TOut>(Func<TIn, CancellationToken, Task<TOut>> map, AsyncOptions options)
    : AsyncOperator<TIn, TOut>(options)
{
    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        declare.Gauge(CounterDefinition.Calls, () => CallsMade);
    }

    protected override Task<TOut> CallAsync(TIn value, CancellationToken cancellationToken) => map(value, cancellationToken);
}

internal sealed record KeyedMapAsyncNode<TKey, T, TOut>(
    string Name, Node<Keyed<TKey, T>> Input, Func<T, CancellationToken, Task<TOut>> Map, AsyncOptions Options)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    public override string Detail => Options.Detail;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator()
        => new KeyedMapAsyncOperator<TKey, T, TOut>(Map, Options);
}

internal sealed class KeyedMapAsyncOperator<TKey, T, TOut>(Func<T, CancellationToken, Task<TOut>> map, AsyncOptions options)
    : KeyedAsyncOperator<TKey, T, TOut>(options)
    where TKey : notnull
{
    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        declare.Gauge(CounterDefinition.Calls, () => CallsMade);
    }

    protected override Task<TOut> CallAsync(Keyed<TKey, T> value, CancellationToken cancellationToken)
        => map(value.Value, cancellationToken);
}
