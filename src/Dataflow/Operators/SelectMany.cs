namespace Dataflow;

/// <summary>Makes any number of values of one.</summary>
public static class SelectManyStep
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Replaces each value by the values that <paramref name="selector"/> gives, in their order.</summary>
        /// <param name="selector">Called once per record, on the task's thread; what it returns is enumerated there.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <exception cref="ArgumentNullException"><paramref name="selector"/> is null.</exception>
        public Stream<TOut> SelectMany<TOut>(Func<T, IEnumerable<TOut>> selector, string name = "select-many")
        {
            ArgumentNullException.ThrowIfNull(selector);
            return stream.Add(input => new SelectManyNode<T, TOut>(name, input, selector));
        }
    }
}

internal sealed record SelectManyNode<TIn, TOut>(string Name, Node<TIn> Input, Func<TIn, IEnumerable<TOut>> Selector)
    : Node<TIn, TOut>(Name, Input)
{
    public override Operator<TIn, TOut> CreateOperator() => new SelectManyOperator<TIn, TOut>(Selector);
}

internal sealed class SelectManyOperator<TIn, TOut>(Func<TIn, IEnumerable<TOut>> selector) : Operator<TIn, TOut>
{
    public override void Process(in Record<TIn> record)
    {
        try
        {
            // A failure further down was already named by its own step; Fail leaves it as it is.
            foreach (var value in selector(record.Value)) Emit(record.With(value));
        }
        catch (Exception error)
        {
            throw Fail(error, in record);
        }
    }
}
