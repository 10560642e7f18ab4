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
        if (Start(in record) is not { } started) return;
        using var values = started;
        while (MoveNext(values, in record)) Emit(record.With(values.Current));
    }

    private IEnumerator<TOut>? Start(in Record<TIn> record)
    {
        try
        {
            return selector(record.Value).GetEnumerator();
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return null;
        }
    }

    // Emit stays outside: what fails further down is not this step's fault.
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
