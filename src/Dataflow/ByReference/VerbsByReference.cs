using System.ComponentModel;
using Dataflow.Time;

namespace Dataflow.ByReference;

/// <summary>Verbs with functions that take large structs without a copy: <c>Where((in visit) => …)</c>.</summary>
/// <remarks>In a namespace of their own, so that the usual ones are not overloaded: F# could not tell the type of a function's argument
/// any more.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class VerbsByReference
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Keeps the records whose value satisfies <paramref name="predicate"/>.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).Where(Func{T, bool}, string)"/>
        /// <example><code>
        /// var slow = pipeline.From(Topic.Of&lt;Visit>("visits").StopAtEnd())
        ///     .Where((in visit) => visit.Page.StartsWith("/shop/"u8))
        ///     .WithEventTime((in visit) => visit.Time)
        ///     .KeyBy((in visit) => visit.Page)
        /// </code></example>
        public Stream<T> Where(InFunc<T, bool> predicate, string name = "where")
        {
            ArgumentNullException.ThrowIfNull(predicate);
            return stream.Add(input => new WhereNode<T>(name, input, predicate));
        }

        /// <summary>Replaces each value by the result of <paramref name="selector"/>; time and order stay.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).Select{TOut}(Func{T, TOut}, string)"/>
        public Stream<TOut> Select<TOut>(InFunc<T, TOut> selector, string name = "select")
        {
            ArgumentNullException.ThrowIfNull(selector);
            return stream.Add(input => new SelectNode<T, TOut>(name, input, selector));
        }

        /// <summary>Replaces each value by the values that <paramref name="selector"/> returns, in their order.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).SelectMany{TOut}(Func{T, IEnumerable{TOut}}, string)"/>
        public Stream<TOut> SelectMany<TOut>(InFunc<T, IEnumerable<TOut>> selector, string name = "select-many")
        {
            ArgumentNullException.ThrowIfNull(selector);
            return stream.Add(input => new SelectManyNode<T, TOut>(name, input, selector));
        }

        /// <summary>Assigns each record its event time, in milliseconds since the Unix epoch.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).WithEventTime(Func{T, long}, TimeSpan, TimeSpan?, string, bool, TimeSpan?)"/>
        public Stream<T> WithEventTime(
            InFunc<T, long> time, TimeSpan maxOutOfOrderness = default, TimeSpan? idleAfter = null, string name = "event-time",
            bool advanceWhenQuiet = false, TimeSpan? maxAhead = null)
        {
            ArgumentNullException.ThrowIfNull(time);
            return stream.Assign(
                time, new BoundedOutOfOrderness<T>(maxOutOfOrderness), idleAfter, name, advanceWhenQuiet, maxAhead);
        }

        /// <summary>Assigns each record its event time.</summary>
        public Stream<T> WithEventTime(
            InFunc<T, DateTimeOffset> time, TimeSpan maxOutOfOrderness = default, TimeSpan? idleAfter = null, string name = "event-time",
            bool advanceWhenQuiet = false, TimeSpan? maxAhead = null)
        {
            ArgumentNullException.ThrowIfNull(time);
            InFunc<T, long> milliseconds = (in value) => time(in value).ToUnixTimeMilliseconds();
            return stream.Assign(
                milliseconds, new BoundedOutOfOrderness<T>(maxOutOfOrderness), idleAfter, name, advanceWhenQuiet, maxAhead);
        }

        /// <summary>Gives each record a key.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).KeyBy{TKey}(Func{T, TKey}, string, Serde{TKey})"/>
        public KeyedStream<TKey, T> KeyBy<TKey>(InFunc<T, TKey> key, string name = "key-by", Serde<TKey>? serde = null)
            where TKey : notnull
        {
            ArgumentNullException.ThrowIfNull(key);
            if (serde is not null) stream.Pipeline.UseSerde(serde);
            return new(stream.Add(input => new KeyByNode<TKey, T>(name, input, key)), isPartitioned: false);
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Keeps the records whose value satisfies <paramref name="predicate"/>; keys stay as they are.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).Where(Func{T, bool}, string)"/>
        public KeyedStream<TKey, T> Where(InFunc<T, bool> predicate, string name = "where")
        {
            ArgumentNullException.ThrowIfNull(predicate);
            InFunc<Keyed<TKey, T>, bool> ofPair = (in pair) => predicate(in pair.ValueRef());
            return stream.AddStateless(input => new WhereNode<Keyed<TKey, T>>(name, input, ofPair));
        }

        /// <summary>Replaces each value by the result of <paramref name="selector"/>; key, time and order stay.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).Select{TOut}(Func{T, TOut}, string)"/>
        public KeyedStream<TKey, TOut> Select<TOut>(InFunc<T, TOut> selector, string name = "select")
        {
            ArgumentNullException.ThrowIfNull(selector);
            InFunc<Keyed<TKey, T>, Keyed<TKey, TOut>> ofPair = (in pair) => new(pair.Key, selector(in pair.ValueRef()));
            return stream.AddStateless(input => new SelectNode<Keyed<TKey, T>, Keyed<TKey, TOut>>(name, input, ofPair));
        }
    }
}
