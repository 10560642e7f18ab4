namespace Dataflow.Onnx;

static partial class ModelVerbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Cuts a text of each value into parts that are not too long for the model, and embeds each; a value gives one
        /// result for each part, in their order, at least one.</summary>
        /// <remarks>Parts are cut at white space; only a word that is too long itself is cut within. What <c>Embed</c> says of
        /// failures, order and what is kept goes for the parts.</remarks>
        /// <param name="model">Says how long a part may be: its <c>MaxTokens</c>. Must outlive the job.</param>
        /// <param name="text">The value's text; called on the task's thread. If it throws or gives null, the value failed.</param>
        /// <param name="result">Makes the result of value, part and vector; called on the task's thread. The array is its own.</param>
        /// <param name="overlap">The most tokens at the end of a part that the next one begins with: what stands at a cut is
        /// found in its context all the same. At least 10 less than <c>MaxTokens</c>.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors; names the topic of the results too.</param>
        /// <param name="options">Who calls the model, how, and what is kept of the results.</param>
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

    /// <summary>A value with each part of its text; one without any where there is none, for <c>Embed</c> to find out why.</summary>
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
