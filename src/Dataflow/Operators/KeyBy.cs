namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Gives each record a key. Steps with keyed state partition the stream by it.</summary>
        /// <remarks>Records move to another worker only before a step that needs it, after filters in between.</remarks>
        /// <param name="key">Selects the key; called once per record, on the task's thread; must not block nor return null.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <param name="serde">The serde of the keys, which writes equal keys as equal bytes; same as <see cref="Pipeline.UseSerde"/> for
        /// the type.</param>
        /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
        /// <example><code>
        /// var byCustomer = pipeline.From(Source.Of&lt;Order>([new(0, "ada", "tea", 2), new(1, "bob", "cups", 1)]))
        ///     .KeyBy(order => order.Customer)
        ///     .Select(order => order.Item); // keys stay
        /// </code></example>
        public KeyedStream<TKey, T> KeyBy<TKey>(Func<T, TKey> key, string name = "key-by", Serde<TKey>? serde = null)
            where TKey : notnull
        {
            ArgumentNullException.ThrowIfNull(key);
            if (serde is not null) stream.Pipeline.UseSerde(serde);
            return new(stream.Add(input => new KeyByNode<TKey, T>(name, input, key)));
        }
    }
}

internal sealed record KeyByNode<TKey, T>(string Name, Node<T> Input, Selector<T, TKey> Key)
    : Node<T, Keyed<TKey, T>>(Name, Input)
    where TKey : notnull
{
    public override void CheckTypes() => _ = KeyCodec<TKey>.Default;

    public override Operator<T, Keyed<TKey, T>> CreateOperator() => new KeyByOperator<TKey, T>(Key);
}

internal sealed class KeyByOperator<TKey, T>(Selector<T, TKey> key) : Operator<T, Keyed<TKey, T>>
    where TKey : notnull
{
    public override bool IsOneToOne => true;

    public override void Process(in Record<T> record)
    {
        TKey of;
        try
        {
            of = Context.CheckKey(key.Of(in record.ValueRef()));
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        Keyed<TKey, T>.Write(of, in record.ValueRef(), ref Record<Keyed<TKey, T>>.Begin(record.Timestamp, record.Origin, out var keyed));
        Emit(in keyed);
    }
}
