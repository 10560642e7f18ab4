namespace Dataflow.Patterns;

/// <summary>Sorts the records of each key by time, and searches them for a pattern.</summary>
internal sealed class MatchOperator<TKey, T, TOut> : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private readonly Pattern<T> _pattern;
    private readonly Func<TKey, Match<T>, TOut> _result;
    private readonly Matcher<T> _matcher;
    private KeyedState<TKey, OpenMatches<T>?> _matches = null!;
    private Timers<TKey> _timers = null!;
    private readonly Output<TOut> _timedOutput;
    private SideOutput<Keyed<TKey, TOut>> _timedOut = null!;
    private Counter _late = null!;
    private TKey _key = default!;
    private KeyTimes<TKey> _times = null!; // up to the watermark last emitted

    static MatchOperator()
    {
        GeneratedCodecs.Add(new Generated.Dataflow_Patterns_OpenMatches_1.Form<T>());
        GeneratedCodecs.Add(new Generated.Dataflow_Patterns_TimedValue_1.Form<T>());
        GeneratedCodecs.AddPart<List<TimedValue<T>>?>(KnownCodecs.List<TimedValue<T>>);
    }

    public MatchOperator(Pattern<T> pattern, Func<TKey, Match<T>, TOut> result, int maxOpen, Output<TOut> timedOut)
    {
        _timedOutput = timedOut;
        _pattern = pattern;
        _result = result;
        _matcher = new Matcher<T>(pattern, maxOpen, HandOn, HandOutTimedOut, Reject);
    }

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (_times.IsLate(record.Value.Key, record.Timestamp))
        {
            _late.Add();
            return;
        }

        if (!MayKeep(in record, record.Value.Value)) return;
        var waiting = (_matches.Update(record.Value.Key, out _) ??= new()).Waiting;
        var at = waiting.Count;
        while (at > 0 && waiting[at - 1].TimeMs > record.Timestamp) at--;
        waiting.Insert(at, new(record.Timestamp, record.Value.Value, record.Origin.Packed));
        _timers.Set(record.Value.Key, record.Timestamp);
    }

    public override void Advance(long watermark)
    {
        if (watermark > _times.Watermark) SearchUpTo(watermark);
        _times.Advance(watermark);
        base.Advance(watermark);
    }

    protected override void Declare(StepDeclaration declare)
    {
        _matches = declare.State<TKey, OpenMatches<T>?>("matches");
        _timers = declare.Timers<TKey>();
        _times = declare.KeyTimes<TKey>();
        _timedOut = declare.Output<TKey, TOut>(_timedOutput);
        _late = declare.Counter(CounterDefinition.Late);
        declare.Gauge(MatchCounters.Dropped, () => _matcher.Dropped);
    }

    private void SearchUpTo(long watermark)
    {
        // More records of the watermark's own time may come.
        while (_timers.TryTakeDue(watermark == long.MaxValue ? watermark : watermark - 1, out _key, out var time)) Search(time);
        if (watermark == long.MaxValue) EndAll();
    }

    private void Search(long time)
    {
        if (_matches.Update(_key, out _) is not { } matches)
        {
            _matches.Remove(_key); // a search expired after its key was removed
            return;
        }

        _matcher.EndOverdue(matches, time);
        var count = 0;
        for (; count < matches.Waiting.Count && matches.Waiting[count].TimeMs <= time; count++)
        {
            _matcher.Add(matches, matches.Waiting[count]);
            if (matches.Searches.Count > 0 && _matcher.EndOf(time) is { } end) _timers.Set(_key, end);
        }

        matches.Waiting.RemoveRange(0, count);
        if (matches.IsEmpty) _matches.Remove(_key);
    }

    /// <summary>Ends all open matches at the end of the input.</summary>
    private void EndAll()
    {
        var open = new List<(TKey Key, OpenMatches<T> Matches)>();
        _matches.ForEach(open, static (open, key, in matches) => open.Add((key, matches!)));
        foreach (var (key, matches) in open)
        {
            _key = key;
            _matcher.End(matches);
            _matches.Remove(key);
        }
    }

    private void HandOn(OpenMatches<T> matches, OpenMatch match)
    {
        if (TryMake(matches, match, out var record)) Emit(in record);
    }

    private void HandOutTimedOut(OpenMatches<T> matches, OpenMatch match)
    {
        if (_timedOut.IsTaken && TryMake(matches, match, out var record)) _timedOut.Emit(in record);
    }

    private bool TryMake(OpenMatches<T> matches, OpenMatch open, out Record<Keyed<TKey, TOut>> record)
    {
        var match = new Match<T>(_pattern.Parts).Of(matches, open).Copy();
        var origin = matches[open.Rows[^1]].Origin;
        record = default;
        try
        {
            record = new(new(_key, _result(_key, match)), Math.Max(match.EndMs, _times.Of(_key)), origin);
            return true;
        }
        catch (Exception error)
        {
            Reject(error, origin);
            return false;
        }
    }
}
