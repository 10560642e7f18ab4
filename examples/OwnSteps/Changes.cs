using Dataflow;
using Dataflow.Extensibility;

namespace OwnSteps;

/// <summary>A verb of one's own, written as the built-in ones are: an extension over <c>Add</c>, a node, an operator.</summary>
internal static class ChangesStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Keeps a record only if <paramref name="of"/> differs from that of the key's record before.</summary>
        public KeyedStream<TKey, T> Changes(Func<T, double> of, string name = "changes")
            => stream.Add(input => new ChangesNode<TKey, T>(name, input, of));
    }
}

internal sealed record ChangesNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, Func<T, double> Of)
    : Node<Keyed<TKey, T>, Keyed<TKey, T>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, T>, Keyed<TKey, T>> CreateOperator() => new ChangesOperator<TKey, T>(Of);
}

internal sealed class ChangesOperator<TKey, T>(Func<T, double> of) : Operator<Keyed<TKey, T>, Keyed<TKey, T>>
    where TKey : notnull
{
    private KeyedState<TKey, double> _last = null!;

    // Opened state is part of every checkpoint and is there again after a crash.
    protected override void Declare(StepDeclaration declare) => _last = declare.State<TKey, double>();

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var value = of(record.Value.Value);
        if (_last.TryGet(record.Value.Key, out var last) && last.Equals(value)) return;
        _last.Update(record.Value.Key, out _) = value;
        Emit(in record);
    }
}
