using Dataflow;

namespace Stranger.Foresight;

internal static class HoldStep
{
    extension<TKey>(KeyedStream<TKey, long> stream)
        where TKey : notnull
    {
        /// <summary>Holds numbers back until their batch ends.</summary>
        public KeyedStream<TKey, long> HoldToEndOfBatch(string name = "hold") => stream.Add(input => new HoldNode<TKey>(name, input));
    }
}

internal sealed record HoldNode<TKey>(string Name, Node<Keyed<TKey, long>> Input)
    : Node<Keyed<TKey, long>, Keyed<TKey, long>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, long>, Keyed<TKey, long>> CreateOperator() => new HoldOperator<TKey>();
}

internal sealed class HoldOperator<TKey> : Operator<Keyed<TKey, long>, Keyed<TKey, long>>
    where TKey : notnull
{
    private readonly List<Record<Keyed<TKey, long>>> _held = [];

    public override void Process(in Record<Keyed<TKey, long>> record) => _held.Add(record);

    public override void EndOfBatch()
    {
        foreach (var record in _held) Emit(in record);
        _held.Clear();
    }
}
