namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Keeps the records whose value satisfies <paramref name="predicate"/>.</summary>
        /// <param name="predicate">Called once per record, on the task's thread; must not block.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <exception cref="ArgumentNullException"><paramref name="predicate"/> is null.</exception>
        /// <example><code>
        /// pipeline.From(Source.Of(1, 2, 3, 4, 5, 6))
        ///     .Where(number => number % 2 == 0)
        ///     .To(Sink.Console&lt;int>());
        /// </code></example>
        public Stream<T> Where(Func<T, bool> predicate, string name = "where")
        {
            ArgumentNullException.ThrowIfNull(predicate);
            return stream.Add(input => new WhereNode<T>(name, input, predicate));
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Keeps the records whose value satisfies <paramref name="predicate"/>; keys stay as they are.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).Where(Func{T, bool}, string)"/>
        public KeyedStream<TKey, T> Where(Func<T, bool> predicate, string name = "where")
        {
            ArgumentNullException.ThrowIfNull(predicate);
            InFunc<Keyed<TKey, T>, bool> ofPair = (in pair) => predicate(pair.Value);
            return stream.AddStateless(input => new WhereNode<Keyed<TKey, T>>(name, input, ofPair));
        }
    }
}

internal sealed record WhereNode<T>(string Name, Node<T> Input, Selector<T, bool> Predicate) : Node<T, T>(Name, Input)
{
    public override Operator<T, T> CreateOperator() => new WhereOperator<T>(Predicate);
}

internal sealed class WhereOperator<T>(Selector<T, bool> predicate) : Operator<T, T>
{
    private Counter _filtered = null!; // set by Declare, as all that a step declares

    public override bool IsOneToOne => true;

    public override void Process(in Record<T> record)
    {
        bool keep;
        try
        {
            keep = predicate.Of(in record.ValueRef());
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (keep) Emit(in record);
        else _filtered.Add();
    }

    protected override void Declare(StepDeclaration declare) => _filtered = declare.Counter(CounterDefinition.Filtered);
}
