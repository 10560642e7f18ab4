namespace Dataflow;

/// <summary>A named condition that every record of a stream should satisfy.</summary>
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

    /// <summary>The name, shown in the status, in alerts and in dead letters.</summary>
    public string Name { get; }

    /// <summary>The action on a record that breaks the rule.</summary>
    public RuleAction Action { get; }

    internal Func<T, bool> Holds { get; }

    /// <summary>Describes what the record has instead: only the number or the null that the rule is about, never more of the
    /// record.</summary>
    internal Func<T, string> Found { get; }
}

/// <summary>The action on a record that breaks a rule. Violations are counted by rule in any case.</summary>
public enum RuleAction
{
    /// <summary>Emits the record.</summary>
    Count = 0,

    /// <summary>Emits the record, and an alert on the stream of alerts.</summary>
    Alert = 1,

    /// <summary>Writes a dead letter instead of the record.</summary>
    DeadLetter = 2,
}

/// <summary>A record that broke a rule.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Found">A description of what the record has instead, where the rule can tell.</param>
/// <param name="Record">The record.</param>
public sealed record RuleViolation<T>(string Rule, string Found, T Record);

/// <summary>Makes rules, for use inside <c>Check(rules => […])</c>, where the type of the records is known.</summary>
/// <remarks>Functions given here are called for each record, on the task's thread.</remarks>
public sealed class Rules<T>
{
    internal Rules()
    {
    }

    /// <summary>Requires a value that is not null.</summary>
    public Rule<T> NotNull(string name, Func<T, object?> of, RuleAction action = RuleAction.Count)
    {
        ArgumentNullException.ThrowIfNull(of);
        return new(name, action, record => of(record) is not null, static _ => "null");
    }

    /// <summary>Requires a number between two bounds, both inclusive; NaN is outside.</summary>
    public Rule<T> InRange(string name, Func<T, double> of, double min, double max, RuleAction action = RuleAction.Count)
    {
        ArgumentNullException.ThrowIfNull(of);
        if (!(min <= max)) throw new ArgumentException($"Rule '{name}': no number lies between {min} and {max}.", nameof(max));
        return new(
            name, action, record => of(record) is var number && number >= min && number <= max,
            record => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{of(record)}, not {min} to {max}"));
    }

    /// <summary>Requires the user's own condition.</summary>
    public Rule<T> That(string name, Func<T, bool> holds, RuleAction action = RuleAction.Count) => new(name, action, holds, static _ => "");
}
