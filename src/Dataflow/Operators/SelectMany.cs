namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Replaces each value by the values that <paramref name="selector"/> returns, in their order.</summary>
        /// <param name="selector">Called once per record, on the task's thread; its result is enumerated there.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <exception cref="ArgumentNullException"><paramref name="selector"/> is null.</exception>
        /// <example><code>
        /// pipeline.From(Source.Of("two cups", "", "tea"))
        ///     .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public Stream<TOut> SelectMany<TOut>(Func<T, IEnumerable<TOut>> selector, string name = "select-many")
        {
            ArgumentNullException.ThrowIfNull(selector);
            return stream.Add(input => new SelectManyNode<T, TOut>(name, input, selector));
        }
    }
}

internal sealed record SelectManyNode<TIn, TOut>(string Name, Node<TIn> Input, Selector<TIn, IEnumerable<TOut>> Selector)
    : Node<TIn, TOut>(Name, Input)
{
    public override Operator<TIn, TOut> CreateOperator() => new SelectManyOperator<TIn, TOut>(Selector);
}

internal sealed class SelectManyOperator<TIn, TOut>(Selector<TIn, IEnumerable<TOut>> selector) : Operator<TIn, TOut>
{
    private readonly List<TOut> _all = [];

    public override void Process(in Record<TIn> record)
    {
        if (Start(in record) is not { } started) return;
        using var values = started;
        while (MoveNext(values, in record)) Emit(record.With(values.Current));
    }

    private IEnumerator<TOut>? Start(in Record<TIn> record)
    {
        try
        {
            var values = selector.Of(in record.ValueRef());
            return Context.KeepsRejected ? All(values) : values.GetEnumerator();
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return null;
        }
    }

    /// <summary>Collects all values before the first is emitted: a record whose code fails half way has no results.</summary>
    private List<TOut>.Enumerator All(IEnumerable<TOut> values)
    {
        _all.Clear();
        _all.AddRange(values);
        return _all.GetEnumerator();
    }

    // Emit stays outside: a failure further down is not this step's fault.
    private bool MoveNext(IEnumerator<TOut> values, in Record<TIn> record)
    {
        try
        {
            return values.MoveNext();
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return false;
        }
    }
}
