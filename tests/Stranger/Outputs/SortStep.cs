using Dataflow;

namespace Stranger.Outputs;

internal static class SortStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Sends each record to the output that the user's code chooses; where it chooses none, records go on.</summary>
        public KeyedStream<TKey, T> Sort(Func<T, Output<T>?> choose, string name = "sort")
            => stream.Add(input => new SortNode<TKey, T>(name, input, choose));
    }
}

internal sealed record SortNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, Func<T, Output<T>?> Choose)
    : Node<Keyed<TKey, T>, Keyed<TKey, T>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, T>, Keyed<TKey, T>> CreateOperator() => new SortOperator<TKey, T>(Choose);
}

internal sealed class SortOperator<TKey, T>(Func<T, Output<T>?> choose) : Operator<Keyed<TKey, T>, Keyed<TKey, T>>
    where TKey : notnull
{
    private SideOutputs<TKey> _outputs = null!;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        Output<T>? chosen;
        try
        {
            chosen = choose(record.Value.Value);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (chosen is null) Emit(in record);
        else _outputs.Find(chosen)?.Emit(in record);
    }

    protected override void Declare(StepDeclaration declare) => _outputs = declare.AllOutputs<TKey>();
}
