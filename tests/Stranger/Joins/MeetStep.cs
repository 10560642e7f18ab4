using Dataflow;

namespace Stranger.Joins;

/// <summary>Pairs the records of two streams that have one key and lie close to each other in time.</summary>
internal static class MeetStep
{
    extension<TKey, TFirst>(KeyedStream<TKey, TFirst> first)
        where TKey : notnull
    {
        /// <summary>Pairs with the records of another stream that are at most <paramref name="within"/> earlier or later.</summary>
        public KeyedStream<TKey, TOut> Meet<TSecond, TOut>(
            KeyedStream<TKey, TSecond> second, TimeSpan within, Func<TFirst, TSecond, TOut> result, string name = "meet")
            => first.Add(second, (input, other) => new MeetNode<TKey, TFirst, TSecond, TOut>(name, input, other, within, result));
    }
}

internal sealed record MeetNode<TKey, TFirst, TSecond, TOut>(
    string Name, Node<Keyed<TKey, TFirst>> Input, SecondInput<Keyed<TKey, TSecond>> Second, TimeSpan Within,
    Func<TFirst, TSecond, TOut> Result)
    : Node<Keyed<TKey, TFirst>, Keyed<TKey, TSecond>, Keyed<TKey, TOut>>(Name, Input, Second)
    where TKey : notnull
{
    public override string Detail => $"within {Within}";

    // State is cut into slices of this length: with another limit it would be read wrongly.
    public override string StateSignature => Detail;

    public override IEnumerable<string> Check()
    {
        if (Within <= TimeSpan.Zero) yield return $"step '{Name}' pairs within {Within}. Give it a longer time.";
    }

    public override Operator<Keyed<TKey, TFirst>, Keyed<TKey, TSecond>, Keyed<TKey, TOut>> CreateOperator()
        => new MeetOperator<TKey, TFirst, TSecond, TOut>((long)Within.TotalMilliseconds, Result);
}

internal sealed class MeetOperator<TKey, TFirst, TSecond, TOut>(long within, Func<TFirst, TSecond, TOut> result)
    : Operator<Keyed<TKey, TFirst>, Keyed<TKey, TSecond>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private readonly TimeSpan _slice = TimeSpan.FromMilliseconds(Math.Max(within, 1));
    private readonly List<Record<Keyed<TKey, TOut>>> _pairs = []; // of the record at hand
    private KeptRecords<TKey, TFirst> _firsts = null!;
    private KeptRecords<TKey, TSecond> _seconds = null!;
    private Counter _late = null!;
    private KeyTimes<TKey> _times = null!;

    public override void Process(in Record<Keyed<TKey, TFirst>> record) => Take(in record, _firsts, _seconds, result);

    public override void ProcessSecond(in Record<Keyed<TKey, TSecond>> record)
        => Take(in record, _seconds, _firsts, (second, first) => result(first, second));

    protected override void Declare(StepDeclaration declare)
    {
        _firsts = declare.Kept<TKey, TFirst>("firsts", _slice);
        _seconds = declare.Kept<TKey, TSecond>("seconds", _slice);
        _late = declare.Counter(CounterDefinition.Late);
        _times = declare.KeyTimes<TKey>();
        declare.EventTime(() => _times.Watermark);
    }

    protected override void AdvanceBoth(long watermark)
    {
        _times.Advance(watermark);
        _firsts.DropBefore(watermark, this, static (_, _, _) => { });
        _seconds.DropBefore(watermark, this, static (_, _, _) => { });
        base.AdvanceBoth(watermark);
    }

    private void Take<T, TOther>(
        in Record<Keyed<TKey, T>> record, KeptRecords<TKey, T> own, KeptRecords<TKey, TOther> others, Func<T, TOther, TOut> pair)
    {
        if (_times.IsLate(record.Value.Key, record.Timestamp))
        {
            _late.Add();
            return;
        }

        var ((key, value), time) = (record.Value, record.Timestamp);
        _pairs.Clear();
        try
        {
            own.Prepare(key, value);
            for (var near = others.Find(key, time, time + within, within); near.MoveNext();)
                _pairs.Add(new(new(key, pair(value, near.Value)), Math.Max(near.Time, time), record.Origin));
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        own.Add(key, time, time + within, record.Origin);
        foreach (var made in _pairs) Emit(in made);
    }
}
