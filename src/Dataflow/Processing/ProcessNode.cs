namespace Dataflow.Processing;

internal sealed record ProcessNode<TKey, T, TOut>(
    string Name, Node<Keyed<TKey, T>> Input, Func<KeyedProcess<TKey, T, TOut>> Create)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    private readonly Lazy<ProcessPlan> _plan = new(() => ProcessPlan.Of(Name, Create(), Input));

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator()
        => new ProcessOperator<TKey, T, TOut>(Create(), _plan.Value);

    public override IEnumerable<string> Check() => _plan.Value.Check();
}

internal sealed record BroadcastProcessNode<TKey, T, TBroadcast, TOut>(
    string Name,
    Node<Keyed<TKey, T>> Input,
    SecondInput<TBroadcast> Second,
    Func<BroadcastProcess<TKey, T, TBroadcast, TOut>> Create)
    : Node<Keyed<TKey, T>, TBroadcast, Keyed<TKey, TOut>>(Name, Input, Second)
    where TKey : notnull
{
    private readonly Lazy<ProcessPlan> _plan = new(() => ProcessPlan.Of(Name, Create(), Input));

    public override Operator<Keyed<TKey, T>, TBroadcast, Keyed<TKey, TOut>> CreateOperator()
        => new BroadcastProcessOperator<TKey, T, TBroadcast, TOut>(Create(), _plan.Value);

    public override IEnumerable<string> Check() => _plan.Value.Check();
}
