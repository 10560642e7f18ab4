namespace Dataflow;

internal sealed record ValuesNode<TKey, T>(Node<Keyed<TKey, T>> Input) : Node<Keyed<TKey, T>, T>("values", Input)
{
    public override Operator<Keyed<TKey, T>, T> CreateOperator() => new ValuesOperator<TKey, T>();
}

/// <summary>Drops the keys.</summary>
internal sealed class ValuesOperator<TKey, T> : Operator<Keyed<TKey, T>, T>
{
    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        Record<T>.Begin(record.Timestamp, record.Origin, out var value) = record.ValueRef().ValueRef();
        Emit(in value);
    }
}
