namespace Dataflow;

/// <summary>What every record of a stream should be like, with a name.</summary>
public sealed class Rule<T>
{
    internal Rule(string name, RuleAction onBroken, Func<T, bool> holds, Func<T, string> found)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(holds);
        Name = name;
        Action = onBroken;
        Holds = holds;
        Found = found;
    }

    /// <summary>Shown in the status, in alerts and in dead letters.</summary>
    public string Name { get; }

    /// <summary>What happens to a record that breaks it.</summary>
    public RuleAction Action { get; }

    internal Func<T, bool> Holds { get; }

    /// <summary>What a record has instead; never more of it than the number or the null that the rule is about.</summary>
    internal Func<T, string> Found { get; }
}

/// <summary>What happens to a record that breaks a rule. It is counted by rule in any case.</summary>
public enum RuleAction
{
    /// <summary>It goes on.</summary>
    Count = 0,

    /// <summary>It goes on, and to the stream of alerts.</summary>
    Alert = 1,

    /// <summary>It goes to the pipeline's topic of dead letters and no further.</summary>
    DeadLetter = 2,
}

/// <summary>A record that broke a rule.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Found">What the record has instead of what the rule asks for, where the rule can say.</param>
/// <param name="Record">The record.</param>
public sealed record RuleViolation<T>(string Rule, string Found, T Record);

/// <summary>Makes rules, inside <c>Check(rules => […])</c>: the type of the records is known here.</summary>
/// <remarks>Functions given here are called for each record, on the task's thread.</remarks>
public sealed class Rules<T>
{
    internal Rules()
    {
    }

    /// <summary>Something is not null.</summary>
    public Rule<T> NotNull(string name, Func<T, object?> of, RuleAction action = RuleAction.Count)
    {
        ArgumentNullException.ThrowIfNull(of);
        return new(name, action, record => of(record) is not null, static _ => "null");
    }

    /// <summary>A number lies between two bounds, both inclusive; NaN does not.</summary>
    public Rule<T> InRange(string name, Func<T, double> of, double min, double max, RuleAction action = RuleAction.Count)
    {
        ArgumentNullException.ThrowIfNull(of);
        if (!(min <= max)) throw new ArgumentException($"Rule '{name}': no number lies between {min} and {max}.", nameof(max));
        return new(
            name, action, record => of(record) is var number && number >= min && number <= max,
            record => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{of(record)}, not {min} to {max}"));
    }

    /// <summary>A condition of one's own holds.</summary>
    public Rule<T> That(string name, Func<T, bool> holds, RuleAction action = RuleAction.Count) => new(name, action, holds, static _ => "");
}
