namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Merges two streams. Each keeps its own order; there is none between them.</summary>
        /// <remarks>The watermark of the result is the lower one of the two.</remarks>
        /// <param name="other">A stream of the same pipeline.</param>
        /// <param name="name">Name shown in the plan and in metrics.</param>
        /// <example><code>
        /// var shop = pipeline.From(Source.Of(["tea", "cups"], "shop"));
        /// var site = pipeline.From(Source.Of(["coffee"], "site"));
        /// shop.Union(site).To(Sink.Console&lt;string>());
        /// </code></example>
        public Stream<T> Union(Stream<T> other, string name = "union")
            => stream.Add(other, (first, second) => new UnionNode<T>(name, first, second));
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Merges two streams, with their keys.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).Union(Stream{T}, string)"/>
        public KeyedStream<TKey, T> Union(KeyedStream<TKey, T> other, string name = "union")
            => stream.Add(other, (first, second) => new UnionNode<Keyed<TKey, T>>(name, first, second));
    }
}

internal sealed record UnionNode<T>(string Name, Node<T> Input, SecondInput<T> Second) : Node<T, T, T>(Name, Input, Second)
{
    public override Operator<T, T, T> CreateOperator() => new UnionOperator<T>();
}

internal sealed class UnionOperator<T> : Operator<T, T, T>
{
    public override bool IsOneToOne => true;

    public override void Process(in Record<T> record) => Emit(in record);

    public override void ProcessSecond(in Record<T> record) => Emit(in record);
}
