namespace Dataflow;

/// <summary>Begins patterns: <c>Pattern.Begin&lt;Bid&gt;("high", bid => bid.Price > 100).Next("low", bid => bid.Price &lt; 10)</c>.</summary>
public static class Pattern
{
    /// <summary>Begins a pattern with a part of one record.</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="where">Whether a record belongs to it; called on the task's thread.</param>
    public static Pattern<T> Begin<T>(string part, Func<T, bool> where)
    {
        ArgumentNullException.ThrowIfNull(where);
        return Begin<T>(part, (value, _) => where(value));
    }

    /// <summary>Begins a pattern with a part whose condition sees the records that it has already, where it repeats.</summary>
    public static Pattern<T> Begin<T>(string part, Func<T, Match<T>, bool> where) => new Pattern<T>([], null, AfterMatch.SkipPastLast).Add(part, where, false);
}

/// <summary>Where the search goes on after a match.</summary>
public enum AfterMatch
{
    /// <summary>Behind the last record of the match: no record is in two matches.</summary>
    SkipPastLast,

    /// <summary>At the record behind the first of the match: each record begins one match at most.</summary>
    SkipToNext,

    /// <summary>Every way to match counts: repeated parts give a match for each length.</summary>
    NoSkip,
}

/// <summary>A sequence of parts that records of one key form, in the order of their event time. Immutable.</summary>
/// <remarks>
/// As in MATCH_RECOGNIZE of SQL, a record begins at most one match (but see <see cref="AfterMatch.NoSkip"/>): repeated parts
/// are greedy, they take the most with which the rest still matches, unless they are reluctant. Between parts joined by
/// <see cref="FollowedBy(string, Func{T, bool})"/> records may lie that do not satisfy the part's condition; the first that
/// does is taken.
/// </remarks>
public sealed class Pattern<T>
{
    internal Pattern(IReadOnlyList<PatternPart<T>> parts, TimeSpan? within, AfterMatch after)
        => (Parts, Span, After) = (parts, within, after);

    internal IReadOnlyList<PatternPart<T>> Parts { get; }

    internal TimeSpan? Span { get; }

    internal AfterMatch After { get; }

    /// <summary>Whether a match may wait for ever for one more record of its last part.</summary>
    internal bool NeverEnds => Span is null && After != AfterMatch.NoSkip
        && Parts[^1] is { IsRelaxed: true, Most: int.MaxValue, IsReluctant: false };

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
    /// <c>Begin</c> and <c>Next</c>, with others between for <c>FollowedBy</c>.</summary>
    public Pattern<T> OneOrMore() => Times(1, int.MaxValue);

    /// <summary>The last part may be missing.</summary>
    public Pattern<T> Optional() => WithLast(part => part with { Least = 0 });

    /// <summary>The last part has so many records.</summary>
    public Pattern<T> Times(int count) => Times(count, count);

    /// <summary>The last part has as many records, from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public Pattern<T> Times(int least, int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(least);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, Math.Max(1, least));
        return WithLast(part => part with { Least = least, Most = most });
    }

    /// <summary>The last part takes the fewest records with which the rest matches, not the most.</summary>
    public Pattern<T> Reluctant() => WithLast(part => part with { IsReluctant = true });

    /// <summary>Less than this lies between the first and the last record of a match.</summary>
    public Pattern<T> Within(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.FromMilliseconds(1));
        return new(Parts, span, After);
    }

    /// <summary>Says where the search goes on after a match; <see cref="AfterMatch.SkipPastLast"/> unless given.</summary>
    public Pattern<T> Then(AfterMatch after) => new(Parts, Span, after);

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

    private Pattern<T> WithLast(Func<PatternPart<T>, PatternPart<T>> change) => new([.. Parts.SkipLast(1), change(Parts[^1])], Span, After);
}

internal sealed record PatternPart<T>(string Name, Func<T, Match<T>, bool> Where, bool IsRelaxed)
{
    public int Least { get; init; } = 1;

    public int Most { get; init; } = 1;

    public bool IsReluctant { get; init; }

    public override string ToString() => Name + (Least, Most) switch
    {
        (1, 1) => "",
        (0, 1) => "?",
        (1, int.MaxValue) => "+",
        (0, int.MaxValue) => "*",
        (_, int.MaxValue) => $"{{{Least},}}",
        _ => $"{{{Least},{Most}}}",
    } + (IsReluctant ? "?" : "");
}
