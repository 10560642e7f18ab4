using Dataflow.Patterns;

namespace Dataflow;

/// <summary>Decides where the search continues after a match.</summary>
/// <remarks>On <c>b1 b2 b3 c</c> the pattern <c>b+ c</c> finds: <see cref="SkipPastLast"/> <c>b1 b2 b3 c</c>; <see cref="SkipToNext"/>
/// also <c>b2 b3 c</c> and <c>b3 c</c>; <c>SkipToLast("b")</c> <c>b1 b2 b3 c</c> and <c>b3 c</c>.</remarks>
public sealed class AfterMatch
{
    private readonly string _name;
    private readonly string? _part;

    private AfterMatch(string name, string? part = null) => (_name, _part) = (name, part);

    /// <summary>Continues behind the last record of the match: no record is in two matches.</summary>
    public static AfterMatch SkipPastLast { get; } = new(nameof(SkipPastLast));

    /// <summary>Continues at the record behind the first of the match: each record begins one match at most.</summary>
    public static AfterMatch SkipToNext { get; } = new(nameof(SkipToNext));

    /// <summary>Finds every way to match: repeated parts give a match for each length. Greedy or reluctant makes no difference.</summary>
    public static AfterMatch NoSkip { get; } = new(nameof(NoSkip));

    /// <summary>Continues at the first record of a part, which may begin the next match; behind the first of the match where that is later
    /// or the part is missing.</summary>
    public static AfterMatch SkipToFirst(string part) => new(nameof(SkipToFirst), part);

    /// <summary>Continues at the last record of a part, which may begin the next match; behind the first of the match where that is later
    /// or the part is missing.</summary>
    public static AfterMatch SkipToLast(string part) => new(nameof(SkipToLast), part);

    /// <inheritdoc/>
    public override string ToString() => _part is null ? _name : $"{_name} {_part}";

    /// <summary>Whether a search must know the results of those that began before it.</summary>
    internal bool IsInTurn => this != SkipToNext && this != NoSkip;

    internal void Check<T>(IReadOnlyList<PatternPart<T>> parts)
    {
        if (_part is not null && parts.All(part => part.Name != _part))
            throw new ArgumentException($"The pattern has no part '{_part}' to skip to.");
    }

    /// <summary>Returns the number of the record at which the next match may begin.</summary>
    internal long NextStart<T>(OpenMatch match, IReadOnlyList<PatternPart<T>> parts)
    {
        if (_part is null) return match.Rows[^1] + 1;
        var part = parts.Select(static part => part.Name).ToList().IndexOf(_part);
        var at = _name == nameof(SkipToFirst) ? Array.IndexOf(match.Parts, part) : Array.LastIndexOf(match.Parts, part);
        return at < 0 ? match.Rows[0] + 1 : Math.Max(match.Rows[at], match.Rows[0] + 1);
    }
}
