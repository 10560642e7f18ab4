using Dataflow.Onnx;
using Dataflow.Planning;

namespace Dataflow;

/// <summary>Gives texts their vectors inside a pipeline.</summary>
public static class EmbedStep
{
    /// <summary>How many vectors a step keeps unless told otherwise.</summary>
    internal const int KeepResults = 100_000;

    extension<T>(Stream<T> stream)
    {
        /// <summary>Embeds a text of each value; the order stays. Values whose text fails go to the topic
        /// <c>PIPELINE.dead-letters</c>, exactly once, as <see cref="DeadLetter"/>.</summary>
        /// <inheritdoc cref="Embed{T, TOut}(Stream{T}, EmbeddingModel, Func{T, string}, Func{T, float[], TOut}, out Stream{DeadLetter}, string, int)"/>
        public Stream<TOut> Embed<TOut>(
            EmbeddingModel model, Func<T, string?> text, Func<T, float[], TOut> result, string name = "embed",
            int keepResults = KeepResults)
            => stream.Through(model, text, result, name, keepResults, handsOutFailed: false);

        /// <summary>Embeds a text of each value; the order stays. Values whose text fails come out as a stream of their
        /// own.</summary>
        /// <remarks>
        /// The model is called on the thread pool, at most once at a time for each processor in a job. A vector is
        /// recorded in the topic <c>PIPELINE.NAME.results</c>, on its own and not with the checkpoint, before it goes on:
        /// the same text is not embedded again as long as its vector is kept, whatever crashes.
        /// </remarks>
        /// <param name="model">Must outlive the job.</param>
        /// <param name="text">The value's text; called on the task's thread. If it throws or gives null, the value failed.</param>
        /// <param name="result">Makes the result of value and vector; called on the task's thread. The array is its own.</param>
        /// <param name="failed">One for each value whose text the function or the model failed on.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors; names the topic of the results too.</param>
        /// <param name="keepResults">How many vectors are kept, in memory and in the topic; the oldest are forgotten.
        /// A vector takes four bytes for each of its dimensions and about 150 more.</param>
        public Stream<TOut> Embed<TOut>(
            EmbeddingModel model, Func<T, string?> text, Func<T, float[], TOut> result, out Stream<DeadLetter> failed,
            string name = "embed", int keepResults = KeepResults)
        {
            var embedded = stream.Through(model, text, result, name, keepResults, handsOutFailed: true);
            failed = new Stream<DeadLetter>(stream.Pipeline, new SideNode<DeadLetter>($"{name}-failed", embedded.Node));
            return embedded;
        }

        private Stream<TOut> Through<TOut>(
            EmbeddingModel model, Func<T, string?> text, Func<T, float[], TOut> result, string name, int keepResults,
            bool handsOutFailed)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(text);
            ArgumentNullException.ThrowIfNull(result);
            ArgumentOutOfRangeException.ThrowIfLessThan(keepResults, 1);
            var topic = $"{stream.Pipeline.Name}.{name}.results";
            return stream.Add(input => new EmbedNode<T>(name, input, model, text, topic, keepResults))
                .Add(input => new EmbedResultNode<T, TOut>($"{name}-result", input, name, result, handsOutFailed));
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Embeds a text of each value; keys and order stay. Values whose text fails go to the topic
        /// <c>PIPELINE.dead-letters</c>, exactly once, as <see cref="DeadLetter"/>.</summary>
        /// <inheritdoc cref="Embed{T, TOut}(Stream{T}, EmbeddingModel, Func{T, string}, Func{T, float[], TOut}, out Stream{DeadLetter}, string, int)"/>
        public KeyedStream<TKey, TOut> Embed<TOut>(
            EmbeddingModel model, Func<T, string?> text, Func<T, float[], TOut> result, string name = "embed",
            int keepResults = KeepResults)
        {
            ArgumentNullException.ThrowIfNull(text);
            ArgumentNullException.ThrowIfNull(result);
            return stream.Through(pairs => pairs.Embed(
                model,
                pair => text(pair.Value),
                (pair, vector) => new Keyed<TKey, TOut>(pair.Key, result(pair.Value, vector)),
                name,
                keepResults));
        }
    }
}

internal sealed record EmbedNode<T>(
    string Name, Node<T> Input, EmbeddingModel Model, Func<T, string?> Text, string Topic, int KeepResults)
    : Node<T, Embedded<T>>(Name, Input), IUsesTopic
{
    public (string Name, int Partitions)? Creates => (Topic, 1);

    internal override string Detail => Model.Detail;

    public override Operator<T, Embedded<T>> CreateOperator() => new EmbedOperator<T>(Model, Text, Topic, KeepResults);
}

internal sealed record EmbedResultNode<T, TOut>(
    string Name, Node<Embedded<T>> Input, string Step, Func<T, float[], TOut> Result, bool HandsOutFailed)
    : Node<Embedded<T>, TOut>(Name, Input)
{
    internal override bool WritesDeadLetters => !HandsOutFailed;

    public override Operator<Embedded<T>, TOut> CreateOperator() => new EmbedResultOperator<T, TOut>(Step, Result);

    internal override void Connect(Operator<Embedded<T>, TOut> step, Runtime.TaskBuilder builder)
    {
        base.Connect(step, builder);
        if (builder.Plan.SideOf(this) is SideNode<DeadLetter> side)
            ((EmbedResultOperator<T, TOut>)step).ConnectFailedTo(side.BuildNext(builder));
    }
}
