namespace Dataflow;

/// <summary>Begins patterns: <c>Pattern.Begin&lt;Bid&gt;("high", bid => bid.Price > 100).Next("low", bid => bid.Price &lt; 10)</c>.</summary>
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

    /// <summary>Begins a pattern with a part whose condition sees the records that it has already, where it repeats.</summary>
    public static Pattern<T> Begin<T>(string part, Func<T, Match<T>, bool> where) => new Pattern<T>([], null, AfterMatch.SkipPastLast).Add(part, where, false);
}

/// <summary>A sequence of parts that records of one key form, in the order of their event time. Immutable.</summary>
/// <remarks>
/// As in MATCH_RECOGNIZE of SQL, a record begins at most one match (but see <see cref="AfterMatch.NoSkip"/>): repeated parts
/// are greedy, they take the most with which the rest still matches, unless they are reluctant; and after a match the search goes on
/// behind it, unless <see cref="Then"/> says otherwise. Between parts joined by <see cref="FollowedBy(string, Func{T, bool})"/> records
/// may lie that do not satisfy the part's condition; the first that does is taken. Unlike SQL's, conditions do not see the record at
/// hand as part of the match. Unlike in Flink's CEP, whose default is <c>NoSkip</c>, repeats do not let others between them after
/// <c>Next</c>; and there are no negative parts: a condition says what must not come, and the matches that timed out what did not.
/// </remarks>
public sealed class Pattern<T>
{
    internal Pattern(IReadOnlyList<PatternPart<T>> parts, TimeSpan? within, AfterMatch after)
        => (Parts, Span, After) = (parts, within, after);

    internal IReadOnlyList<PatternPart<T>> Parts { get; }

    internal TimeSpan? Span { get; }

    internal AfterMatch After { get; }

    /// <summary>Then, as the very next record, one that satisfies a condition.</summary>
    public Pattern<T> Next(string part, Func<T, bool> where)
    {
        ArgumentNullException.ThrowIfNull(where);
        return Next(part, (value, _) => where(value));
    }

    /// <summary>Then, as the very next record, one that satisfies a condition which sees the match so far.</summary>
    public Pattern<T> Next(string part, Func<T, Match<T>, bool> where) => Add(part, where, isRelaxed: false);

    /// <summary>Then the first record that satisfies a condition, with others between.</summary>
    public Pattern<T> FollowedBy(string part, Func<T, bool> where)
    {
        ArgumentNullException.ThrowIfNull(where);
        return FollowedBy(part, (value, _) => where(value));
    }

    /// <summary>Then the first record that satisfies a condition which sees the match so far, with others between.</summary>
    public Pattern<T> FollowedBy(string part, Func<T, Match<T>, bool> where) => Add(part, where, isRelaxed: true);

    /// <summary>The last part has one record or more. They follow each other as the part follows the one before: at once for
    /// <c>Begin</c> and <c>Next</c>, with others between for <c>FollowedBy</c>. For the other of the two write the part twice:
    /// <c>.FollowedBy("b", isB).Next("more", isB).Times(0, int.MaxValue)</c>.</summary>
    public Pattern<T> OneOrMore() => Times(1, int.MaxValue);

    /// <summary>The last part may be missing: <c>Times(2, 4).Optional()</c> is none, or 2 to 4. Taken where it can be, unless it is
    /// reluctant.</summary>
    public Pattern<T> Optional() => WithLast(part => part with { IsOptional = true });

    /// <summary>The last part has so many records.</summary>
    public Pattern<T> Times(int count) => Times(count, count);

    /// <summary>The last part has as many records, from <paramref name="min"/> to <paramref name="max"/>; with 0 it may be missing.</summary>
    public Pattern<T> Times(int min, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(min);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, Math.Max(1, min));
        return WithLast(part => part with { Min = Math.Max(1, min), Max = max, IsOptional = min == 0 });
    }

    /// <summary>The last part takes the fewest records with which the rest matches, not the most; none if it is optional.</summary>
    public Pattern<T> Reluctant() => WithLast(part => part with { IsReluctant = true });

    /// <summary>Less than this lies between the first and the last record of a match: as in Flink, a record that comes after exactly
    /// this time is outside.</summary>
    public Pattern<T> Within(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.FromMilliseconds(1));
        return new(Parts, span, After);
    }

    /// <summary>Says where the search goes on after a match; <see cref="AfterMatch.SkipPastLast"/> unless given.</summary>
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

    /// <summary>Refuses a pattern that finds nothing, or never knows that it has found it.</summary>
    internal void Check()
    {
        if (Parts.All(static part => part.IsOptional))
            throw new ArgumentException($"Pattern '{this}' may be without any record. Leave one of its parts without Optional.");
        if (Span is not null || After == AfterMatch.NoSkip) return;
        for (var i = Parts.Count - 1; i >= 0; i--)
        {
            if (Parts[i].MayWait)
                throw new ArgumentException($"Pattern '{this}' never knows that its part '{Parts[i].Name}' has no more records. Add Within, or Reluctant.");
            if (!Parts[i].IsOptional) return;
        }
    }

    /// <summary>The parts that a match may go on with where it comes to one, in the order of preference; their number is the end.</summary>
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

    /// <summary>Whether another record of it may still come, at any time, once it has enough.</summary>
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
