using Dataflow;

namespace Stranger.Ordering;

internal static class InOrderStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>The same records in the order of their event time, each with how many of its key came before it. Late ones are counted
        /// and dropped.</summary>
        public KeyedStream<TKey, TOut> InOrder<TOut>(Func<long, T, TOut> result, string name = "in-order")
            => stream.Add(input => new InOrderNode<TKey, T, TOut>(name, input, result));
    }
}

internal sealed record InOrderNode<TKey, T, TOut>(string Name, Node<Keyed<TKey, T>> Input, Func<long, T, TOut> Result)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    public override IEnumerable<string> Check()
    {
        if (!HasEventTime) yield return $"step '{Name}' has no time to order by. Add WithEventTime(...) before KeyBy.";
    }

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator() => new InOrderOperator<TKey, T, TOut>(Result);
}

internal sealed class InOrderOperator<TKey, T, TOut>(Func<long, T, TOut> result) : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private WaitingRecords<TKey, T> _waiting = null!;
    private KeyedState<TKey, long> _counts = null!;
    private Counter _late = null!;
    private KeyTimes<TKey> _times = null!;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (_times.IsLate(record.Value.Key, record.Timestamp)) _late.Add();
        else if (MayKeep(in record, record.Value.Value)) _waiting.Add(in record);
    }

    public override void Advance(long watermark)
    {
        _times.Advance(watermark == long.MaxValue ? Context.NewestAtEnd : watermark);
        foreach (ref var record in _waiting.TakeBefore(watermark)) Hand(in record);
        base.Advance(watermark);
    }

    protected override void Declare(StepDeclaration declare)
    {
        _waiting = declare.Waiting<TKey, T>("waiting", TimeSpan.FromMilliseconds(8));
        _counts = declare.State<TKey, long>("counts");
        _late = declare.Counter(CounterDefinition.Late);
        _times = declare.KeyTimes<TKey>();
        declare.EventTime(() => _times.Watermark);
    }

    private void Hand(in WaitingRecord<TKey, T> waiting)
    {
        var record = new Record<T>(waiting.Value, waiting.Time, waiting.Origin);
        TOut made;
        try
        {
            made = result(_counts.Find(waiting.Key), waiting.Value);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        _counts.Update(waiting.Key, out _)++;
        Emit(record.With(new Keyed<TKey, TOut>(waiting.Key, made)));
    }
}
