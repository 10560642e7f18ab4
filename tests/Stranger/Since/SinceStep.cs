using Dataflow;

namespace Stranger.Since;

internal static class SinceStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Each record with how long after the first of all keys it came, in ms, once it is known which one was that.</summary>
        public KeyedStream<TKey, TOut> SinceFirst<TOut>(Func<long, T, TOut> result, string name = "since-first")
            => stream.Add(input => new SinceNode<TKey, T, TOut>(name, input, result));
    }
}

internal sealed record SinceNode<TKey, T, TOut>(string Name, Node<Keyed<TKey, T>> Input, Func<long, T, TOut> Result)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator() => new SinceOperator<TKey, T, TOut>(Input, Result);
}

internal sealed class SinceOperator<TKey, T, TOut>(Node input, Func<long, T, TOut> result) : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private const string FirstPart = "first";

    private WaitingRecords<TKey, T> _waiting = null!;
    private Func<long> _oldest = null!;
    private long _first; // of earlier runs

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (MayKeep(in record, record.Value.Value)) _waiting.Add(in record);
    }

    public override void Advance(long watermark)
    {
        foreach (ref var record in _waiting.TakeBefore(watermark)) Hand(in record);
        base.Advance(watermark);
    }

    public override void Capture(StepCheckpoint checkpoint) => checkpoint.SaveWatermark(First, FirstPart);

    protected override void Declare(StepDeclaration declare)
        => _waiting = declare.Waiting<TKey, T>("waiting", TimeSpan.FromMilliseconds(8));

    protected override void Open()
    {
        _oldest = Context.OldestTimeOf(input);
        _first = Context.SavedWatermark(FirstPart) is > long.MinValue and var saved ? saved : long.MaxValue;
    }

    private long First => Math.Min(_first, _oldest());

    private void Hand(in WaitingRecord<TKey, T> waiting)
    {
        var record = new Record<T>(waiting.Value, waiting.Time, waiting.Origin);
        try
        {
            Emit(record.With(new Keyed<TKey, TOut>(waiting.Key, result(waiting.Time - First, waiting.Value))));
        }
        catch (FormatException error)
        {
            Reject(error, in record);
        }
    }
}
