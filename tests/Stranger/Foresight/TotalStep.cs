using Dataflow;

namespace Stranger.Foresight;

internal static class TotalStep
{
    extension<TKey>(KeyedStream<TKey, long> stream)
        where TKey : notnull
    {
        /// <summary>Gives the sum of a key's numbers behind each of them. There may be many keys, so it looks ahead.</summary>
        public KeyedStream<TKey, long> Total(string name = "total") => stream.Add(input => new TotalNode<TKey>(name, input));
    }
}

internal sealed record TotalNode<TKey>(string Name, Node<Keyed<TKey, long>> Input)
    : Node<Keyed<TKey, long>, Keyed<TKey, long>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, long>, Keyed<TKey, long>> CreateOperator() => new TotalOperator<TKey>();
}

internal sealed class TotalOperator<TKey> : Operator<Keyed<TKey, long>, Keyed<TKey, long>>, IPrefetches<Keyed<TKey, long>>
    where TKey : notnull
{
    private KeyedState<TKey, long> _totals = null!;
    private int _told; // records that it has been told of, and has not got

    public override bool IsOneToOne => true;

    public bool Prefetch(in Record<Keyed<TKey, long>> record)
    {
        _told++;
        _totals.Prefetch(record.ValueRef().Key);
        return true; // also while the state is small
    }

    public override void Process(in Record<Keyed<TKey, long>> record)
    {
        if (_told > 0) _told--; // of records that come when a batch has ended it is not told
        var (key, number) = record.Value;
        Emit(record.With(new Keyed<TKey, long>(key, _totals.Update(key, out _) += number)));
    }

    public override void EndOfBatch()
    {
        if (_told > 0) throw new InvalidOperationException($"The batch has ended, and {_told} of its records did not come.");
    }

    protected override void Declare(StepDeclaration declare) => _totals = declare.State<TKey, long>("totals");
}
