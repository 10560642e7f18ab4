namespace Dataflow.Patterns;

/// <summary>Searches for a pattern in the records of one key, one after the other.</summary>
/// <remarks>A search follows all ways at once, as Pike's virtual machine does for regular expressions: its open ways are kept in the order
/// in which a backtracking search would try them. A way that completes cuts off those behind it; those before it may still replace it.
/// Conditions see the records of a way, so ways do not merge: their number is bounded.</remarks>
internal sealed class Matcher<T>(
    Pattern<T> pattern, int maxOpen, Action<OpenMatches<T>, OpenMatch> onMatch, Action<OpenMatches<T>, OpenMatch> onTimeout,
    Action<Exception, RecordOrigin> reject)
{
    private readonly PatternPart<T>[] _parts = [.. pattern.Parts];
    private readonly int[][] _entries = [.. Enumerable.Range(0, pattern.Parts.Count + 1).Select(pattern.EntriesAt)];
    private readonly OpenMatch[] _beginnings = [.. pattern.EntriesAt(0).Select(static part => new OpenMatch { Next = part, Count = 1 })];
    private readonly long _withinMs = pattern.Span is { } span ? (long)span.TotalMilliseconds : long.MaxValue;
    private readonly Match<T> _soFar = new(pattern.Parts);
    private readonly List<bool> _holds = []; // for each way that is open, and each beginning: whether the record at hand satisfies the part
    private List<OpenMatch> _ways = [];

    /// <summary>The number of searches that were dropped because too many ways were open.</summary>
    public long Dropped { get; private set; }

    /// <summary>The moment at which a search that begins at a time expires; null: never.</summary>
    public long? EndOf(long startMs) => _withinMs == long.MaxValue ? null : startMs + _withinMs;

    public void Add(OpenMatches<T> key, TimedValue<T> value)
    {
        EndOverdue(key, value.TimeMs);
        var row = key.FirstRow + key.Rows.Count;
        key.Rows.Add(value);
        if (!TryAsk(key, row))
        {
            key.Rows.RemoveAt(key.Rows.Count - 1);
            return;
        }

        var asked = 0;
        foreach (var search in key.Searches)
        {
            var ways = search.Open.Count;
            Step(key, search, row, asked);
            asked += ways;
        }

        Begin(key, row, asked);
        Bound(key);
        Decide(key);
    }

    /// <summary>Ends the searches that have expired. They are the first ones; each may skip some of the others.</summary>
    public void EndOverdue(OpenMatches<T> key, long now)
    {
        while (key.Searches is [var search, ..] && EndOf(key.TimeOf(search.Start)) <= now)
        {
            if (search.Found is null && pattern.After != AfterMatch.NoSkip) onTimeout(key, search.Open[0]);
            search.Open.Clear();
            Decide(key);
        }
    }

    /// <summary>Ends all searches, because no record follows.</summary>
    public void End(OpenMatches<T> key)
    {
        foreach (var search in key.Searches) search.Open.Clear();
        Decide(key);
    }

    /// <summary>Asks all conditions that a record may be tested with; false if one of them failed: then the record is left out as a
    /// whole.</summary>
    private bool TryAsk(OpenMatches<T> key, long row)
    {
        _holds.Clear();
        try
        {
            foreach (var search in key.Searches) Ask(key, search.Open, row);
            Ask(key, _beginnings, row);
            return true;
        }
        catch (Exception error)
        {
            reject(error, key.Rows[^1].Origin);
            return false;
        }
    }

    private void Ask(OpenMatches<T> key, IEnumerable<OpenMatch> ways, long row)
    {
        foreach (var way in ways) _holds.Add(_parts[way.Next].Where(key.ValueOf(row), _soFar.Of(key, way)));
    }

    private void Begin(OpenMatches<T> key, long row, int asked)
    {
        MatchSearch? search = null;
        foreach (var way in _beginnings)
        {
            if (!_holds[asked++]) continue;
            if (search is null) key.Searches.Add(search = new() { Start = row });
            if (Take(key, search, way, row)) return;
        }
    }

    private void Step(OpenMatches<T> key, MatchSearch search, long row, int asked)
    {
        if (search.Open.Count == 0) return;
        var ways = search.Open;
        search.Open = _ways;
        foreach (var way in ways)
        {
            if (_holds[asked++])
            {
                if (Take(key, search, way, row)) break;
            }
            else if (_parts[way.Next].IsRelaxed)
            {
                search.Open.Add(way);
            }
        }

        ways.Clear();
        _ways = ways;
    }

    /// <summary>Continues a way with a record; true if it completes before all ways that are still to be tried.</summary>
    private bool Take(OpenMatches<T> key, MatchSearch search, OpenMatch way, long row)
    {
        var part = _parts[way.Next];
        var taken = new OpenMatch { Rows = [.. way.Rows, row], Parts = [.. way.Parts, way.Next], Next = way.Next, Count = way.Count + 1 };
        var repeats = way.Count < part.Max;
        if (repeats && !part.IsReluctant) search.Open.Add(taken);
        if (way.Count >= part.Min && Leave(key, search, taken)) return true;
        if (repeats && part.IsReluctant) search.Open.Add(taken);
        return false;
    }

    /// <summary>Continues with the parts behind a way's last one, or the end of the pattern; true if no other way counts any
    /// more.</summary>
    private bool Leave(OpenMatches<T> key, MatchSearch search, OpenMatch taken)
    {
        foreach (var next in _entries[taken.Next + 1])
        {
            if (next < _parts.Length)
            {
                search.Open.Add(new OpenMatch { Rows = taken.Rows, Parts = taken.Parts, Next = next, Count = 1 });
            }
            else if (pattern.After == AfterMatch.NoSkip)
            {
                onMatch(key, taken);
            }
            else
            {
                search.Found = taken;
                return true;
            }
        }

        return false;
    }

    private void Bound(OpenMatches<T> key)
    {
        var open = 0;
        foreach (var search in key.Searches) open += search.Open.Count;
        for (; open > maxOpen; Dropped++)
        {
            open -= key.Searches[0].Open.Count;
            key.Searches.RemoveAt(0);
        }
    }

    /// <summary>Emits decided matches. Where a match skips records, a search waits for those before it.</summary>
    private void Decide(OpenMatches<T> key)
    {
        for (var i = 0; i < key.Searches.Count;)
        {
            var search = key.Searches[i];
            if (search.Open.Count > 0)
            {
                if (pattern.After.IsInTurn) break;
                i++;
                continue;
            }

            key.Searches.RemoveAt(i);
            if (search.Found is not { } match) continue;
            onMatch(key, match);
            if (pattern.After.IsInTurn) SkipBefore(key, pattern.After.NextStart(match, _parts));
        }

        key.ForgetRows();
    }

    private static void SkipBefore(OpenMatches<T> key, long start)
    {
        var skipped = 0;
        while (skipped < key.Searches.Count && key.Searches[skipped].Start < start) skipped++;
        key.Searches.RemoveRange(0, skipped);
    }
}
