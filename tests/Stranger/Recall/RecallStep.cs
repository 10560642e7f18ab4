using Dataflow;

namespace Stranger.Recall;

internal static class RecallStep
{
    extension<TKey>(KeyedStream<TKey, long> stream)
        where TKey : notnull
    {
        /// <summary>Gives the sum of a key's last numbers behind each of them.</summary>
        public KeyedStream<TKey, long> Recall(string name = "recall") => stream.Add(input => new RecallNode<TKey>(name, input));
    }
}

internal sealed record RecallNode<TKey>(string Name, Node<Keyed<TKey, long>> Input)
    : Node<Keyed<TKey, long>, Keyed<TKey, long>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, long>, Keyed<TKey, long>> CreateOperator() => new RecallOperator<TKey>();
}

internal sealed class RecallOperator<TKey> : Operator<Keyed<TKey, long>, Keyed<TKey, long>>
    where TKey : notnull
{
    private KeyedState<TKey, Numbers> _numbers = null!;

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, long>> record)
    {
        var (key, number) = record.Value;
        ref var numbers = ref _numbers.Update(key, out _);
        numbers.Add(number);
        Emit(record.With(new Keyed<TKey, long>(key, numbers.Sum())));
    }

    protected override void Declare(StepDeclaration declare)
        => _numbers = declare.State<TKey, Numbers>("numbers", parts: new NumbersParts());
}
