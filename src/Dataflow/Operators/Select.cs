namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Replaces each value by the result of <paramref name="selector"/>; time and order stay.</summary>
        /// <param name="selector">Called once per record, on the task's thread; must not block.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <exception cref="ArgumentNullException"><paramref name="selector"/> is null.</exception>
        /// <example><code>
        /// pipeline.From(Source.Of("tea", "coffee", "cups"))
        ///     .Select(item => $"{item} has {item.Length} letters")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public Stream<TOut> Select<TOut>(Func<T, TOut> selector, string name = "select")
        {
            ArgumentNullException.ThrowIfNull(selector);
            return stream.Add(input => new SelectNode<T, TOut>(name, input, selector));
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Replaces each value by the result of <paramref name="selector"/>; key, time and order stay.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).Select{TOut}(Func{T, TOut}, string)"/>
        /// <example><code>
        /// var byCustomer = pipeline.From(Source.Of&lt;Order>([new(0, "ada", "tea", 2), new(1, "bob", "cups", 1)]))
        ///     .KeyBy(order => order.Customer)
        ///     .Select(order => order.Item); // keys stay
        /// </code></example>
        public KeyedStream<TKey, TOut> Select<TOut>(Func<T, TOut> selector, string name = "select")
        {
            ArgumentNullException.ThrowIfNull(selector);
            InFunc<Keyed<TKey, T>, Keyed<TKey, TOut>> ofPair = (in pair) => new(pair.Key, selector(pair.Value));
            return stream.AddStateless(input => new SelectNode<Keyed<TKey, T>, Keyed<TKey, TOut>>(name, input, ofPair));
        }
    }
}

internal sealed record SelectNode<TIn, TOut>(string Name, Node<TIn> Input, Selector<TIn, TOut> Selector)
    : Node<TIn, TOut>(Name, Input)
{
    public override Operator<TIn, TOut> CreateOperator() => new SelectOperator<TIn, TOut>(Selector);
}

internal sealed class SelectOperator<TIn, TOut>(Selector<TIn, TOut> selector) : Operator<TIn, TOut>
{
    public override bool IsOneToOne => true;

    public override void Process(in Record<TIn> record)
    {
        TOut value;
        try
        {
            value = selector.Of(in record.ValueRef());
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        Emit(record.With(value));
    }
}
