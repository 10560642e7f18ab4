using Dataflow.Processing;

namespace Dataflow;

static partial class Verbs
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Runs <paramref name="process"/> on each record, with one value of state per key.</summary>
        /// <param name="process">Creates the code, once for each worker and once for the plan.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        /// <example><code>
        /// pipeline.From(Source.Of&lt;Order>([new(0, "ada", "tea", 2), new(1, "bob", "tea", 4), new(2, "ada", "cups", 5)]))
        ///     .KeyBy(order => order.Customer)
        ///     .Process(() => new Discounts())
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public KeyedStream<TKey, TOut> Process<TState, TOut>(
            Func<KeyedProcess<TKey, T, TState, TOut>> process, string name = "process")
        {
            ArgumentNullException.ThrowIfNull(process);
            return stream.Process(() => new SingleStateProcess<TKey, T, TState, TOut>(process()), name);
        }

        /// <summary>Runs <paramref name="process"/> on each record, with any number of states per key.</summary>
        /// <param name="process">Creates the code, once for each worker and once for the plan.</param>
        /// <param name="name">Names the states; give one where a pipeline has two such steps.</param>
        /// <example><code>
        /// pipeline.From(Source.Of(input))
        ///     .WithEventTime(order => order.Time)
        ///     .KeyBy(order => order.Customer)
        ///     .Process(() => new Profiles())
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public KeyedStream<TKey, TOut> Process<TOut>(Func<KeyedProcess<TKey, T, TOut>> process, string name = "process")
        {
            ArgumentNullException.ThrowIfNull(process);
            return stream.Add(input => new ProcessNode<TKey, T, TOut>(name, input, process));
        }

        /// <summary>Runs <paramref name="process"/> on each record, and on those of a second stream that is broadcast to every
        /// worker.</summary>
        /// <remarks>There is no order between the streams. Event time is that of the first stream: a second one that is idle, or has no
        /// event time, holds nothing back.</remarks>
        /// <param name="broadcast">Rules, settings, prices: a stream of few records, which every worker keeps.</param>
        /// <param name="process">Creates the code, once for each worker and once for the plan.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        /// <example><code>
        /// pipeline.From(Source.Of(input, "orders"))
        ///     .KeyBy(order => order.Customer)
        ///     .Process(limits, () => new Limits())
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public KeyedStream<TKey, TOut> Process<TBroadcast, TOut>(
            Stream<TBroadcast> broadcast, Func<BroadcastProcess<TKey, T, TBroadcast, TOut>> process, string name = "process")
        {
            ArgumentNullException.ThrowIfNull(broadcast);
            ArgumentNullException.ThrowIfNull(process);
            return stream.AddBroadcast(
                broadcast, (input, second) => new BroadcastProcessNode<TKey, T, TBroadcast, TOut>(name, input, second, process));
        }
    }
}
