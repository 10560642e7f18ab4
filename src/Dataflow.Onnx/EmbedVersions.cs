using Dataflow.Onnx.Versions;

namespace Dataflow.Onnx;

static partial class ModelVerbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Embeds a text of each value by the answering version, and by the one that is tried beside it; the order stays. Values
        /// on whose text the answering version fails are written to the topic <c>PIPELINE.dead-letters</c>, exactly once, as
        /// <see cref="DeadLetter"/>.</summary>
        /// <remarks>Workers, recorded results and checkpoints are as for <c>Embed</c> with one model; vectors of all versions are kept in
        /// one topic.</remarks>
        /// <param name="versions">The versions, for this step only.</param>
        /// <param name="text">Selects the value's text; called on the task's thread. If it throws or returns null, the value
        /// failed.</param>
        /// <param name="result">Computes the result of value and vector; called on the task's thread.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors; names the topic of the results too.</param>
        /// <param name="options">The workers, the calls, and how many results are kept. A generator is identified by the model that it
        /// names or, if it names none, by its version.</param>
        /// <example><code>
        /// pipeline.From(s_sentences)
        ///     .Embed(versions, sentence => sentence.Text,
        ///         (sentence, found) => new Row(sentence.Id, found.Version, found.Vector, found.Tried?.Version), options: _options)
        ///     .To(s_live);
        /// </code></example>
        public Stream<TOut> Embed<TOut>(
            ModelVersions versions, Func<T, string?> text, Func<T, VersionedVector, TOut> result, string name = "embed",
            InferenceOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(versions);
            ArgumentNullException.ThrowIfNull(text);
            ArgumentNullException.ThrowIfNull(result);
            options ??= new InferenceOptions();
            var models = new VersionedModels(versions, options);
            return stream
                .Add(input => new ChooseVersionNode<T, (T Value, VersionChoice Choice)>(
                    $"{name}-version", input, versions, options, static (value, choice) => (value, choice)))
                .Add(input => new EmbedNode<(T Value, VersionChoice Choice), TOut>(
                    name, input, models.All, asked => text(asked.Value), options)
                {
                    Models = asked => models.Of(asked.Choice),
                    Result = (asked, vector, tried) => result(asked.Value, VersionedModels.VectorOf(asked.Choice, vector, tried)),
                    Topic = EmbedNode.TopicOf(stream.Pipeline, name),
                });
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Embeds a text of each value by the answering version, and by the one that is tried beside it; keys stay, and the order
        /// of each key.</summary>
        /// <inheritdoc cref="ModelVerbs.extension{T}(Stream{T}).Embed{TOut}(ModelVersions, Func{T, string}, Func{T, VersionedVector, TOut}, string, InferenceOptions)"/>
        public KeyedStream<TKey, TOut> Embed<TOut>(
            ModelVersions versions, Func<T, string?> text, Func<T, VersionedVector, TOut> result, string name = "embed",
            InferenceOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(versions);
            ArgumentNullException.ThrowIfNull(text);
            ArgumentNullException.ThrowIfNull(result);
            options ??= new InferenceOptions();
            var models = new VersionedModels(versions, options);
            return stream
                .Add(input => new ChooseVersionNode<Keyed<TKey, T>, Keyed<TKey, (T Value, VersionChoice Choice)>>(
                    $"{name}-version", input, versions, options, static (pair, choice) => new(pair.Key, (pair.Value, choice))))
                .Add(input => new EmbedNode<Keyed<TKey, (T Value, VersionChoice Choice)>, Keyed<TKey, TOut>>(
                    name, input, models.All, pair => text(pair.Value.Value), options)
                {
                    Models = pair => models.Of(pair.Value.Choice),
                    Result = (pair, vector, tried) => new(
                        pair.Key,
                        result(pair.Value.Value, VersionedModels.VectorOf(pair.Value.Choice, vector, tried))),
                    Topic = EmbedNode.TopicOf(stream.Pipeline, name),
                }.ByKey());
        }
    }
}
