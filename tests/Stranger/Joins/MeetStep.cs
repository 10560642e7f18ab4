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
    private readonly List<Record<Keyed<TKey, TOut>>> _pairs = []; // of the record at hand
    private Side<TFirst> _firsts = null!;
    private Side<TSecond> _seconds = null!;
    private Counter _late = null!;
    private long _watermark;

    public override void Process(in Record<Keyed<TKey, TFirst>> record) => Take(in record, _firsts, _seconds, result);

    public override void ProcessSecond(in Record<Keyed<TKey, TSecond>> record)
        => Take(in record, _seconds, _firsts, (second, first) => result(first, second));

    public override void Capture(StepCheckpoint checkpoint) => checkpoint.SaveWatermark(_watermark);

    protected override void Declare(StepDeclaration declare)
    {
        _firsts = new(declare.NamespacedState<TKey, List<(long, TFirst)>>("firsts"), within);
        _seconds = new(declare.NamespacedState<TKey, List<(long, TSecond)>>("seconds"), within);
        _late = declare.Counter(CounterDefinition.Late);
        declare.EventTime(() => _watermark);
    }

    protected override void Open() => _watermark = Context.SavedWatermark();

    protected override void AdvanceBoth(long watermark)
    {
        _watermark = watermark;
        _firsts.Drop(watermark);
        _seconds.Drop(watermark);
        base.AdvanceBoth(watermark);
    }

    private void Take<T, TOther>(in Record<Keyed<TKey, T>> record, Side<T> own, Side<TOther> others, Func<T, TOther, TOut> pair)
    {
        if (record.Timestamp < _watermark)
        {
            _late.Add();
            return;
        }

        if (!MayKeep(in record, record.Value.Value)) return;
        _pairs.Clear();
        try
        {
            foreach (var (time, other) in others.Near(record.Value.Key, record.Timestamp))
            {
                var value = new Keyed<TKey, TOut>(record.Value.Key, pair(record.Value.Value, other));
                _pairs.Add(new(value, Math.Max(time, record.Timestamp), record.Origin));
            }
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        own.Add(record.Value.Key, record.Timestamp, record.Value.Value);
        foreach (var made in _pairs) Emit(in made);
    }

    /// <summary>The records of one stream that may still meet others: in slices as long as they wait.</summary>
    private sealed class Side<T>(NamespacedState<TKey, List<(long Time, T Value)>> slices, long within)
    {
        public void Add(TKey key, long time, T value) => (slices.Open(SliceOf(time)).Update(key, out _) ??= []).Add((time, value));

        public IEnumerable<(long Time, T Value)> Near(TKey key, long time)
        {
            for (var slice = SliceOf(time) - 1; slice <= SliceOf(time) + 1; slice++)
            {
                if (!slices.Namespaces.Contains(slice) || !slices.Open(slice).TryGet(key, out var kept)) continue;
                foreach (var one in kept)
                {
                    if (Math.Abs(one.Time - time) <= within) yield return one;
                }
            }
        }

        public void Drop(long watermark)
        {
            foreach (var slice in slices.Namespaces.TakeWhile(slice => ((slice + 2) * within) <= watermark).ToList()) slices.Drop(slice);
        }

        private long SliceOf(long time) => (long)Math.Floor((double)time / within);
    }
}
