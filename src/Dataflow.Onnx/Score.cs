using Dataflow.Onnx.Inference;

namespace Dataflow.Onnx;

static partial class ModelVerbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Has a model score each value; time and order stay.</summary>
        /// <remarks>The values of a batch that the task reads are scored by one call, on the task's thread; none waits for others to come.
        /// If other values in the call would change a value's score, the model is given one value per call; this method tests that, by
        /// calls with one and with several rows. If a call fails, its values are called for in halves, until the failing value is
        /// found.</remarks>
        /// <param name="model">The model: takes floats, a row for each value and a column for each feature, and returns floats, one or more
        /// for each row. Must outlive the job.</param>
        /// <param name="features">Writes the columns, in the model's order; called on the task's thread.</param>
        /// <param name="result">Computes the result of a value and its scores, which must not be kept; called on the task's thread.</param>
        /// <param name="output">The name of the model's output; null: the only one of floats.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <example><code>
        /// rows.Score(
        ///     model, [.. Columns.Select(column => (Func&lt;RiskRow, float>)(row => column.Of(row) ?? float.NaN))],
        ///     (row, risk) => new ScoredFlight(row.Late, risk[0])).To(Scored);
        /// </code></example>
        public Stream<TOut> Score<TOut>(
            OnnxModel model, IReadOnlyList<Func<T, float>> features, Func<T, ReadOnlySpan<float>, TOut> result,
            string? output = null, string name = "score")
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(features);
            ArgumentNullException.ThrowIfNull(result);
            return stream.Add(input => NodeOf(input, name, model, [.. features], result, output));
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Has a model score each value; key, time and order stay.</summary>
        /// <inheritdoc cref="ModelVerbs.extension{T}(Stream{T}).Score{TOut}(OnnxModel, IReadOnlyList{Func{T, float}}, Func{T, ReadOnlySpan{float}, TOut}, string, string)"/>
        public KeyedStream<TKey, TOut> Score<TOut>(
            OnnxModel model, IReadOnlyList<Func<T, float>> features, Func<T, ReadOnlySpan<float>, TOut> result,
            string? output = null, string name = "score")
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(features);
            ArgumentNullException.ThrowIfNull(result);
            return stream.AddStateless(input => NodeOf<Keyed<TKey, T>, Keyed<TKey, TOut>>(
                input,
                name,
                model,
                [.. features.Select(feature => (Func<Keyed<TKey, T>, float>)(pair => feature(pair.Value)))],
                (pair, scores) => new Keyed<TKey, TOut>(pair.Key, result(pair.Value, scores)),
                output));
        }
    }

    private static ScoreNode<T, TOut> NodeOf<T, TOut>(
        Node<T> input, string name, OnnxModel model, Func<T, float>[] features, Func<T, ReadOnlySpan<float>, TOut> result, string? output)
        => new(name, input, new ScoredModel(model, features.Length, output), features, result);
}

internal sealed record ScoreNode<T, TOut>(
    string Name, Node<T> Input, ScoredModel Model, Func<T, float>[] Features, Func<T, ReadOnlySpan<float>, TOut> Result)
    : Node<T, TOut>(Name, Input)
{
    public override string Detail => $"{Model.Model.Detail}, {Features.Length} features";

    public override IEnumerable<string> Check() => Model.Fault is { } fault ? [$"step '{Name}': {fault}"] : [];

    public override Operator<T, TOut> CreateOperator() => new ScoreOperator<T, TOut>(Model, Features, Result);
}
