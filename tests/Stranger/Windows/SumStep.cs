using Dataflow;

namespace Stranger.Windows;

/// <summary>A sum of one key over a time.</summary>
internal sealed record WindowSum(long Start, long Count, long Sum, bool IsFinal);

internal static class SumStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Sums by windows of one length, with an early result after each so many records of a window.</summary>
        public KeyedStream<TKey, WindowSum> SumEvery(
            TimeSpan length, int early, Func<T, long> value, Output<T>? late = null, string name = "sum")
            => stream.Add(input => new SumNode<TKey, T>(name, input, (long)length.TotalMilliseconds, early, value, late));
    }
}

internal sealed record SumNode<TKey, T>(
    string Name, Node<Keyed<TKey, T>> Input, long LengthMs, int Early, Func<T, long> Value, Output<T>? Late)
    : Node<Keyed<TKey, T>, Keyed<TKey, WindowSum>>(Name, Input)
    where TKey : notnull
{
    public override string Detail => $"every {LengthMs} ms, early after {Early} records";

    public override string StateSignature => $"windows of {LengthMs} ms";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, WindowSum>> CreateOperator() => new SumOperator<TKey, T>(this);
}

internal sealed class SumOperator<TKey, T>(SumNode<TKey, T> node) : Operator<Keyed<TKey, T>, Keyed<TKey, WindowSum>>
    where TKey : notnull
{
    private NamespacedState<TKey, (long Count, long Sum)> _windows = null!; // by their start
    private SideOutput<Keyed<TKey, T>>? _lateOnes;
    private Counter _late = null!;
    private KeyTimes<TKey> _times = null!;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var start = record.Timestamp - (record.Timestamp % node.LengthMs);
        if (start + node.LengthMs <= _times.Of(record.Value.Key))
        {
            _late.Add();
            _lateOnes?.Emit(in record);
            return;
        }

        long value;
        try
        {
            value = node.Value(record.Value.Value);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        ref var window = ref _windows.Open(start).Update(record.Value.Key, out _);
        window = (window.Count + 1, window.Sum + value);
        if (window.Count % node.Early > 0) return;
        var early = new WindowSum(start, window.Count, window.Sum, IsFinal: false);
        Emit(record.With(new Keyed<TKey, WindowSum>(record.Value.Key, early)));
    }

    public override void Advance(long watermark)
    {
        _times.Advance(watermark);
        foreach (var start in _windows.Tables.Keys.TakeWhile(start => start + node.LengthMs <= watermark).ToList())
        {
            _windows.Open(start).ForEach((key, window)
                => Emit(new(new(key, new(start, window.Count, window.Sum, IsFinal: true)), start + node.LengthMs - 1, default)));
            _windows.Drop(start);
        }

        base.Advance(watermark);
    }

    protected override void Declare(StepDeclaration declare)
    {
        _windows = declare.NamespacedState<TKey, (long, long)>("windows");
        if (node.Late is not null) _lateOnes = declare.Output<TKey, T>(node.Late);
        _late = declare.Counter(CounterDefinition.Late);
        _times = declare.KeyTimes<TKey>();
        declare.EventTime(() => _times.Watermark, () => _windows.Tables.Count == 0 ? null : _windows.Tables.Keys.First() + node.LengthMs);
    }
}
