namespace Dataflow.Patterns;

/// <summary>Searches for a pattern in the records of one key, one after the other.</summary>
/// <remarks>
/// A search goes all ways at once, as the virtual machine of Pike does for regular expressions: its open ways are kept in the
/// order in which a backtracking search would try them. One that arrives cuts off those behind it; what is before it may
/// still surpass it. Conditions see the records of a way, so ways do not merge: their number is bounded.
/// </remarks>
internal sealed class Matcher<T>(Pattern<T> pattern, int mostOpen, Action<OpenMatches<T>, OpenMatch> onMatch, Action<OpenMatches<T>, OpenMatch> onTimeout, Action<Exception> reject)
{
    private readonly IReadOnlyList<PatternPart<T>> _parts = pattern.Parts;
    private readonly long _withinMs = pattern.Span is { } span ? (long)span.TotalMilliseconds : long.MaxValue;

    /// <summary>How many searches were given up because too many ways were open.</summary>
    public long Dropped { get; private set; }

    /// <summary>The moment at which a search that begins at some time is over.</summary>
    public long? EndOf(long startMs) => _withinMs == long.MaxValue ? null : startMs + _withinMs;

    public void Add(OpenMatches<T> key, TimedValue<T> value)
    {
        EndOverdue(key, value.TimeMs);
        var row = key.FirstRow + key.Rows.Count;
        key.Rows.Add(value);
        foreach (var search in key.Searches) Step(key, search, row);
        Begin(key, row);
        Bound(key);
        Decide(key);
    }

    /// <summary>Ends the searches whose time is over.</summary>
    public void EndOverdue(OpenMatches<T> key, long now)
    {
        var any = false;
        foreach (var search in key.Searches)
        {
            if (search.Open.Count == 0 || EndOf(key.TimeOf(search.Start)) is not { } end || end > now) continue;
            if (search.Found is null && pattern.After != AfterMatch.NoSkip) onTimeout(key, search.Open[0]);
            search.Open.Clear();
            any = true;
        }

        if (any) Decide(key);
    }

    /// <summary>Ends all searches: nothing follows.</summary>
    public void End(OpenMatches<T> key)
    {
        foreach (var search in key.Searches) search.Open.Clear();
        Decide(key);
    }

    private void Begin(OpenMatches<T> key, long row)
    {
        var search = new MatchSearch { Start = row };
        foreach (var way in After(new OpenMatch { Next = -1 }))
        {
            if (Holds(key, way, row) && Take(key, search, way, row)) break;
        }

        key.Searches.Add(search);
    }

    private void Step(OpenMatches<T> key, MatchSearch search, long row)
    {
        if (search.Open.Count == 0) return;
        var ways = search.Open;
        search.Open = new(ways.Count);
        foreach (var way in ways)
        {
            if (Holds(key, way, row))
            {
                if (Take(key, search, way, row)) break;
            }
            else if (_parts[way.Next].IsRelaxed)
            {
                search.Open.Add(way);
            }
        }
    }

    /// <summary>Goes on with a record; true if the way arrives before all that are still to be tried.</summary>
    private bool Take(OpenMatches<T> key, MatchSearch search, OpenMatch way, long row)
    {
        var taken = new OpenMatch { Rows = [.. way.Rows, row], Parts = [.. way.Parts, way.Next], Next = way.Next, Count = way.Count };
        var last = _parts[taken.Next];
        var arrives = taken.Count >= last.Least && _parts.Skip(taken.Next + 1).All(static part => part.Least == 0);
        var ways = After(taken);
        if (!arrives)
        {
            search.Open.AddRange(ways);
            return false;
        }

        if (pattern.After == AfterMatch.NoSkip)
        {
            search.Open.AddRange(ways);
            onMatch(key, taken);
            return false;
        }

        // Going on with later parts, which may be missing, is tried first; another record of this part only if it is greedy.
        search.Open.AddRange(ways.Where(next => next.Next != taken.Next || !last.IsReluctant));
        search.Found = taken;
        return true;
    }

    /// <summary>What may come after the last record of a way, in the order of preference.</summary>
    private List<OpenMatch> After(OpenMatch way)
    {
        var ways = new List<OpenMatch>();
        var part = way.Next < 0 ? null : _parts[way.Next];
        if (part is null || way.Count >= part.Least)
        {
            for (var next = way.Next + 1; next < _parts.Count; next++)
            {
                ways.Add(new OpenMatch { Rows = way.Rows, Parts = way.Parts, Next = next, Count = 1 });
                if (_parts[next].Least > 0) break;
            }
        }

        if (part is null || way.Count >= part.Most) return ways;
        ways.Insert(part.IsReluctant ? ways.Count : 0, new OpenMatch { Rows = way.Rows, Parts = way.Parts, Next = way.Next, Count = way.Count + 1 });
        return ways;
    }

    private bool Holds(OpenMatches<T> key, OpenMatch way, long row)
    {
        try
        {
            return _parts[way.Next].Where(key.ValueOf(row), new Match<T>(_parts, key).Of(way));
        }
        catch (Exception error)
        {
            reject(error);
            return false;
        }
    }

    private void Bound(OpenMatches<T> key)
    {
        for (var open = key.Searches.Sum(static search => search.Open.Count); open > mostOpen; Dropped++)
        {
            open -= key.Searches[0].Open.Count;
            key.Searches.RemoveAt(0);
        }
    }

    /// <summary>Hands out what is decided. Where no record is to be in two matches, a search waits for those before it.</summary>
    private void Decide(OpenMatches<T> key)
    {
        for (var i = 0; i < key.Searches.Count;)
        {
            var search = key.Searches[i];
            if (search.Open.Count > 0)
            {
                if (pattern.After == AfterMatch.SkipPastLast) break;
                i++;
                continue;
            }

            key.Searches.RemoveAt(i);
            if (search.Found is not { } match) continue;
            onMatch(key, match);
            if (pattern.After == AfterMatch.SkipPastLast) key.Searches.RemoveAll(later => later.Start <= match.Rows[^1]);
        }

        key.ForgetRows();
    }
}
