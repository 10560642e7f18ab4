namespace Dataflow;

/// <summary>Begins patterns: <c>Pattern.Begin&lt;Bid&gt;("high", bid
/// => bid.Price > 100).Next("low", bid => bid.Price &lt; 10)</c>.</summary>
public static class Pattern
{
    /// <summary>Begins a pattern with a part of one record.</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="where">Whether a record belongs to it; called on the task's thread.</param>
    /// <example><code>
    /// var start = Pattern.Begin&lt;string>("a", letter => letter == "a");
    /// </code></example>
    public static Pattern<T> Begin<T>(string part, Func<T, bool> where)
    {
        ArgumentNullException.ThrowIfNull(where);
        return Begin<T>(part, (value, _) => where(value));
    }

    /// <summary>Begins a pattern with a part whose condition also receives the part's earlier records, where it repeats.</summary>
    public static Pattern<T> Begin<T>(string part, Func<T, Match<T>, bool> where)
        => new Pattern<T>([], null, AfterMatch.SkipPastLast).Add(part, where, false);
}

/// <summary>A sequence of parts that records of one key form, in the order of their event time. Immutable.</summary>
/// <remarks>As in SQL's MATCH_RECOGNIZE, a record begins at most one match (but see <see cref="AfterMatch.NoSkip"/>); repeated parts are
/// greedy: they take as many records as possible while the rest still matches, unless they are reluctant; and after a match the search
/// continues behind it, unless <see cref="Then"/> says otherwise. Between parts joined by <see cref="FollowedBy(string, Func{T, bool})"/>
/// there may be records that do not satisfy the part's condition; the first that does is taken. Unlike in SQL, conditions do not see the
/// current record as part of the match. Unlike in Flink's CEP, whose default is <c>NoSkip</c>, repeats after <c>Next</c> allow no other
/// records between them; and there are no negative parts: a condition can exclude records, and matches that timed out show which records
/// did not come.</remarks>
public sealed class Pattern<T>
{
    internal Pattern(IReadOnlyList<PatternPart<T>> parts, TimeSpan? within, AfterMatch after)
        => (Parts, Span, After) = (parts, within, after);

    internal IReadOnlyList<PatternPart<T>> Parts { get; }

    internal TimeSpan? Span { get; }

    internal AfterMatch After { get; }

    /// <summary>Adds a part: the very next record must satisfy a condition.</summary>
    public Pattern<T> Next(string part, Func<T, bool> where)
    {
        ArgumentNullException.ThrowIfNull(where);
        return Next(part, (value, _) => where(value));
    }

    /// <summary>Adds a part: the very next record must satisfy a condition, which receives the match so far.</summary>
    public Pattern<T> Next(string part, Func<T, Match<T>, bool> where) => Add(part, where, isRelaxed: false);

    /// <summary>Adds a part: the first record that satisfies a condition, with others between.</summary>
    public Pattern<T> FollowedBy(string part, Func<T, bool> where)
    {
        ArgumentNullException.ThrowIfNull(where);
        return FollowedBy(part, (value, _) => where(value));
    }

    /// <summary>Adds a part: the first record that satisfies a condition, which receives the match so far, with others between.</summary>
    public Pattern<T> FollowedBy(string part, Func<T, Match<T>, bool> where) => Add(part, where, isRelaxed: true);

    /// <summary>Repeats the last part: one record or more. They follow each other as the part follows the one before: at once for
    /// <c>Begin</c> and <c>Next</c>, with others between for <c>FollowedBy</c>. To mix the two, write the part twice: <c>.FollowedBy("b",
    /// isB).Next("more", isB).Times(0, int.MaxValue)</c>.</summary>
    public Pattern<T> OneOrMore() => Times(1, int.MaxValue);

    /// <summary>Makes the last part optional: <c>Times(2, 4).Optional()</c> is none, or 2 to 4. It is taken where possible, unless it is
    /// reluctant.</summary>
    public Pattern<T> Optional() => WithLast(part => part with { IsOptional = true });

    /// <summary>Repeats the last part an exact number of times.</summary>
    public Pattern<T> Times(int count) => Times(count, count);

    /// <summary>Repeats the last part from <paramref name="min"/> to <paramref name="max"/> times; with 0 it may be missing.</summary>
    public Pattern<T> Times(int min, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(min);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, Math.Max(1, min));
        return WithLast(part => part with { Min = Math.Max(1, min), Max = max, IsOptional = min == 0 });
    }

    /// <summary>Makes the last part reluctant: it takes as few records as possible while the rest matches; none if it is
    /// optional.</summary>
    public Pattern<T> Reluctant() => WithLast(part => part with { IsReluctant = true });

    /// <summary>Limits the time between the first and the last record of a match to less than <paramref name="span"/>: as in Flink, a
    /// record exactly that much later is outside.</summary>
    public Pattern<T> Within(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.FromMilliseconds(1));
        return new(Parts, span, After);
    }

    /// <summary>Sets where the search continues after a match. Default: <see cref="AfterMatch.SkipPastLast"/>.</summary>
    /// <exception cref="ArgumentException">The pattern has no part of the name to skip to.</exception>
    public Pattern<T> Then(AfterMatch after)
    {
        ArgumentNullException.ThrowIfNull(after);
        after.Check(Parts);
        return new(Parts, Span, after);
    }

    /// <inheritdoc/>
    public override string ToString()
        => string.Join("", Parts.Select((part, i) => $"{(i == 0 ? "" : part.IsRelaxed ? " .. " : " ")}{part}"))
            + (Span is { } span ? $" within {span}" : "") + $", {After}";

    internal Pattern<T> Add(string part, Func<T, Match<T>, bool> where, bool isRelaxed)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(part);
        ArgumentNullException.ThrowIfNull(where);
        if (Parts.Any(other => other.Name == part))
            throw new ArgumentException($"The pattern has a part '{part}' already. Give each a name of its own.", nameof(part));
        return new([.. Parts, new PatternPart<T>(part, where, isRelaxed)], Span, After);
    }

    /// <summary>Refuses a pattern that can match without a record, or whose match is never complete.</summary>
    internal void Check()
    {
        if (Parts.All(static part => part.IsOptional))
            throw new ArgumentException($"Pattern '{this}' may be without any record. Leave one of its parts without Optional.");
        if (Span is not null || After == AfterMatch.NoSkip) return;
        for (var i = Parts.Count - 1; i >= 0; i--)
        {
            if (Parts[i].MayWait)
                throw new ArgumentException(
                    $"Pattern '{this}' never knows that its part '{Parts[i].Name}' has no more records. Add Within, or Reluctant.");
            if (!Parts[i].IsOptional) return;
        }
    }

    /// <summary>Returns the parts with which a match may continue at a part, in the order of preference; the number of parts stands for the
    /// end.</summary>
    internal int[] EntriesAt(int part)
    {
        if (part == Parts.Count || !Parts[part].IsOptional) return [part];
        return Parts[part].IsReluctant ? [.. EntriesAt(part + 1), part] : [part, .. EntriesAt(part + 1)];
    }

    private Pattern<T> WithLast(Func<PatternPart<T>, PatternPart<T>> change) => new([.. Parts.SkipLast(1), change(Parts[^1])], Span, After);
}

internal sealed record PatternPart<T>(string Name, Func<T, Match<T>, bool> Where, bool IsRelaxed)
{
    public int Min { get; init; } = 1;

    public int Max { get; init; } = 1;

    public bool IsOptional { get; init; }

    public bool IsReluctant { get; init; }

    /// <summary>Whether another record of the part may still come at any time, once it has enough.</summary>
    public bool MayWait => IsRelaxed && !IsReluctant && (IsOptional || Max > Min);

    public override string ToString() => (Min, Max, IsOptional) switch
    {
        (1, 1, false) => Name,
        (1, 1, true) => $"{Name}?",
        (1, int.MaxValue, false) => $"{Name}+",
        (1, int.MaxValue, true) => $"{Name}*",
        (1, _, true) => $"{Name}{{0,{Max}}}",
        (_, int.MaxValue, false) => $"{Name}{{{Min},}}",
        (_, _, false) => $"{Name}{{{Min},{Max}}}",
        _ => $"({this with { IsOptional = false, IsReluctant = false }})?",
    } + (IsReluctant ? "?" : "");
}
