namespace Dataflow.Onnx;

static partial class ModelVerbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Cuts a text of each value into parts that are not too long for the model, and embeds each; a value gives one
        /// result for each part, in their order, at least one.</summary>
        /// <remarks>Texts are cut at white space; only a single word that is too long is cut inside. Failures, order and recorded results
        /// are as for <c>Embed</c>, part by part.</remarks>
        /// <param name="model">The model, whose <c>MaxTokens</c> limits the parts. Must outlive the job.</param>
        /// <param name="text">Selects the value's text; called on the task's thread. If it throws or returns null, the value
        /// failed.</param>
        /// <param name="result">Computes the result of value, part and vector; called on the task's thread. It may keep the array.</param>
        /// <param name="overlap">The largest number of tokens at the end of a part with which the next part begins, so that text at a cut
        /// is also found in its context. At least 10 less than <c>MaxTokens</c>.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors; names the topic of the results too.</param>
        /// <param name="options">The workers, the calls, and how many results are kept.</param>
        /// <example><code>
        /// pipeline.From(Source.Of(notes))
        ///     .EmbedChunks(model, note => note.Text, (note, part, vector) => $"{note.Id}, part {part.Index}: {part.Text}", overlap: 2)
        ///     .To(parts);
        /// </code></example>
        public Stream<TOut> EmbedChunks<TOut>(
            EmbeddingModel model, Func<T, string?> text, Func<T, TextChunk, float[], TOut> result, int overlap = 32,
            string name = "embed", InferenceOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(text);
            ArgumentNullException.ThrowIfNull(result);
            model.CheckOverlap(overlap);
            return stream.SelectMany(value => Chunks(model, text, value, overlap), $"{name}-chunks").Embed(
                model,
                pair => pair.Chunk is null ? text(pair.Value) : pair.Chunk.Text,
                (pair, vector) => result(pair.Value, pair.Chunk!, vector),
                name,
                options);
        }
    }

    /// <summary>Pairs a value with each part of its text; if it has no text, with none, so that <c>Embed</c> finds out why.</summary>
    private static IEnumerable<(T Value, TextChunk? Chunk)> Chunks<T>(
        EmbeddingModel model, Func<T, string?> text, T value, int overlap)
    {
        string? found;
        try
        {
            found = text(value);
        }
        catch (Exception)
        {
            found = null;
        }

        return found is null ? [(value, null)] : model.Chunk(found, overlap).Select(chunk => (value, (TextChunk?)chunk));
    }
}
