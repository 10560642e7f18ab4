using Dataflow.Onnx.Inference;
using Microsoft.Extensions.AI;

namespace Dataflow.Onnx;

static partial class ModelVerbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Embeds a text of each value; the order stays. Values whose text fails are written to the topic
        /// <c>PIPELINE.dead-letters</c>, exactly once, as <see cref="DeadLetter"/>.</summary>
        /// <inheritdoc cref="Embed{T, TOut}(Stream{T}, IEmbeddingGenerator{string, Embedding{float}}, Func{T, string}, Func{T, float[], TOut}, out Stream{DeadLetter}, string, InferenceOptions)"/>
        /// <example><code>
        /// pipeline.From(Source.JsonLines&lt;Sentence>(file))
        ///     .Embed(model, sentence => sentence.Text, (sentence, vector) => new SentenceVector(sentence, vector), options: options)
        /// </code></example>
        public Stream<TOut> Embed<TOut>(
            IEmbeddingGenerator<string, Embedding<float>> model, Func<T, string?> text, Func<T, float[], TOut> result,
            string name = "embed", InferenceOptions? options = null)
            => stream.Through(model, text, result, name, options, failed: null);

        /// <summary>Embeds a text of each value; the order stays. Values whose text fails are emitted as a stream of their own.</summary>
        /// <remarks>The order is that of a worker's input. After a change of worker count, values in flight may come out after later ones
        /// of their split; on a keyed stream each key keeps its order even then. Workers of the model call it, apart from the job's own. A
        /// vector is recorded in the topic <c>PIPELINE.NAME.results</c>, independently of the checkpoint, before its value is emitted: the
        /// same text is not embedded again as long as its vector is kept, even after a crash. A checkpoint does not wait for calls, as long
        /// as values can be written: see <c>MapAsync</c>.</remarks>
        /// <param name="model">An <see cref="EmbeddingModel"/>, or any other generator. Must outlive the job.</param>
        /// <param name="text">Selects the value's text; called on the task's thread. If it throws or returns null, the value
        /// failed.</param>
        /// <param name="result">Computes the result of value and vector; called on the task's thread. It may keep the array.</param>
        /// <param name="failed">A dead letter for each value on whose text the function or the model failed.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors; names the topic of the results too.</param>
        /// <param name="options">The workers, the calls, and how many results are kept.</param>
        public Stream<TOut> Embed<TOut>(
            IEmbeddingGenerator<string, Embedding<float>> model, Func<T, string?> text, Func<T, float[], TOut> result,
            out Stream<DeadLetter> failed, string name = "embed", InferenceOptions? options = null)
        {
            var output = new Output<DeadLetter>($"{name}-failed");
            var embedded = stream.Through(model, text, result, name, options, output);
            failed = embedded.SideOutput(output);
            return embedded;
        }

        private Stream<TOut> Through<TOut>(
            IEmbeddingGenerator<string, Embedding<float>> model, Func<T, string?> text, Func<T, float[], TOut> result,
            string name, InferenceOptions? options, Output<DeadLetter>? failed)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(text);
            ArgumentNullException.ThrowIfNull(result);
            return stream.Add(input => NodeOf(input, stream.Pipeline, name, model, text, result, options) with { Failed = failed });
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Embeds a text of each value; keys stay, and the order of each key. Values whose text fails are written to the topic
        /// <c>PIPELINE.dead-letters</c>, exactly once, as <see cref="DeadLetter"/>.</summary>
        /// <inheritdoc cref="Embed{T, TOut}(Stream{T}, IEmbeddingGenerator{string, Embedding{float}}, Func{T, string}, Func{T, float[], TOut}, out Stream{DeadLetter}, string, InferenceOptions)"/>
        public KeyedStream<TKey, TOut> Embed<TOut>(
            IEmbeddingGenerator<string, Embedding<float>> model, Func<T, string?> text, Func<T, float[], TOut> result,
            string name = "embed", InferenceOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(text);
            ArgumentNullException.ThrowIfNull(result);
            return stream.Add(input => NodeOf(
                input, stream.Pipeline, name, model, pair => text(pair.Value),
                (pair, vector) => new Keyed<TKey, TOut>(pair.Key, result(pair.Value, vector)), options).ByKey());
        }
    }

    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>Embeds a text of each row: the result is a table of the rows with their vectors. The changes of a key keep their order.
        /// Rows whose text fails are written to the topic <c>PIPELINE.dead-letters</c>, exactly once, as <see cref="DeadLetter"/>; the row
        /// before stays in force.</summary>
        /// <remarks>A deleted row has no text; its deletion is emitted behind the calls in flight of its key, so that later steps, such as
        /// an index, do not keep the row. Calls and recorded results are as for <c>Embed</c> of a stream.</remarks>
        /// <param name="model">An <see cref="EmbeddingModel"/>, or any other generator. Must outlive the job.</param>
        /// <param name="text">Selects the row's text; called on the task's thread. If it throws or returns null, the row failed.</param>
        /// <param name="result">Computes the result of row and vector; called on the task's thread. It may keep the array.</param>
        /// <param name="name">The name of the step, the table, and the topic of the results.</param>
        /// <param name="options">The workers, the calls, and how many results are kept.</param>
        /// <example><code>
        /// var vectors = pipeline.Table(Source.Of(notes, "notes"), note => note.Id)
        ///     .Embed(model, note => note.Text, (note, vector) => new NoteVector(note.Id, vector));
        /// </code></example>
        public Table<TKey, TOut> Embed<TOut>(
            IEmbeddingGenerator<string, Embedding<float>> model, Func<TRow, string?> text, Func<TRow, float[], TOut> result,
            string name = "embed", InferenceOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(text);
            ArgumentNullException.ThrowIfNull(result);
            var changes = table.Changes().Add(input => NodeOf(
                input, table.Pipeline, name, model, pair => text(pair.Value.New!),
                (pair, vector) => new Keyed<TKey, Change<TOut>>(
                    pair.Key, pair.Value.HasNew ? Change<TOut>.Insert(result(pair.Value.New, vector)) : Change<TOut>.Delete(default!)),
                options).ByKey() with { HasNoText = static pair => !pair.Value.HasNew });
            return changes.ToTable($"{name}-table");
        }
    }

    private static EmbedNode<TIn, TOut> NodeOf<TIn, TOut>(
        Node<TIn> input, Pipeline pipeline, string name, IEmbeddingGenerator<string, Embedding<float>> model, Func<TIn, string?> text,
        Func<TIn, float[], TOut> result, InferenceOptions? options)
    {
        options ??= new InferenceOptions();
        var embedder = Embedders.Of(model, options);
        return new(name, input, [embedder], text, options)
        {
            Models = _ => new(embedder),
            Result = (value, vector, _) => result(value, vector),
            Topic = EmbedNode.TopicOf(pipeline, name),
        };
    }
}
