using Dataflow;

namespace Stranger.Windows;

/// <summary>Windows of one length that begin with the first record of their key after the one before.</summary>
internal sealed record FromFirst(TimeSpan Length) : KeyWindows($"{Length} from the first record")
{
    public override bool TakesTrigger => false;

    public override long OpenFrom(long watermark) => watermark;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator<TKey, T, TAccumulator, TResult, TOut>(
        WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
        => new FromFirstOperator<TKey, T, TAccumulator, TResult, TOut>((long)Length.TotalMilliseconds, aggregate);
}

/// <summary>Aggregates the records of each key in windows that begin with its first record, and then anew.</summary>
internal sealed class FromFirstOperator<TKey, T, TAccumulator, TResult, TOut>(
    long lengthMs, WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
    : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private KeyedState<TKey, long> _newest = null!; // the start of each key's newest window
    private KeyedState<KeyPart<TKey>, TAccumulator> _windows = null!; // by their start
    private Timers<TKey> _ends = null!;
    private Intake<T, TAccumulator>? _intake;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var key = record.Value.Key;
        var isKnown = _newest.TryGet(key, out var start);
        var begins = !isKnown || record.Timestamp >= start + lengthMs;
        if (begins) start = record.Timestamp;
        try
        {
            ref var window = ref _windows.Update(new(key, start), out var exists);
            if (!exists) window = aggregate.Aggregation.Create();
            aggregate.Aggregation.Add(ref window, record.Value.Value, _intake);
        }
        catch (Exception error)
        {
            if (begins) _windows.Remove(new(key, start));
            Reject(error, in record);
            return;
        }

        if (!begins) return;
        _newest.Update(key, out _) = start;
        _ends.Set(key, start + lengthMs);
    }

    public override void Advance(long watermark)
    {
        while (_ends.TryTakeDue(watermark, out var key, out var end)) Close(key, new(end - lengthMs, end));
        base.Advance(watermark);
    }

    protected override void Declare(StepDeclaration declare)
    {
        _newest = declare.State<TKey, long>("newest");
        _windows = declare.State<KeyPart<TKey>, TAccumulator>("windows");
        _ends = declare.Timers<TKey>();
    }

    protected override void Open() => _intake = Context.KeepsRejected ? aggregate.Aggregation.OpenIntake() : null;

    private void Close(TKey key, Window window)
    {
        var part = new KeyPart<TKey>(key, window.StartMs);
        var result = aggregate.Aggregation.Result(in _windows.Find(part));
        Emit(new(new(key, aggregate.Result(key, window, result)), window.EndMs - 1, default));
        _windows.Remove(part);
        if (_newest.TryGet(key, out var newest) && newest == window.StartMs) _newest.Remove(key);
    }
}
