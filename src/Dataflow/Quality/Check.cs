namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Counts the records that break rules; one that breaks a rule with <see cref="RuleAction.DeadLetter"/> becomes a dead
        /// letter.</summary>
        /// <remarks>Every rule is evaluated for every record. An error in a rule's own function is handled like any other. The counts are
        /// in the step's <c>RuleViolations</c> and the meter's <c>dataflow.rule.broken</c>.</remarks>
        /// <param name="rules">The rules: <c>r => [r.NotNull("gate", flight => flight.Gate)]</c>.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        public Stream<T> Check(Func<Rules<T>, IReadOnlyList<Rule<T>>> rules, string name = "check")
            => stream.Check(rules, out _, name);

        /// <summary>Counts and drops as the other overload does; also emits the records that break a rule with
        /// <see cref="RuleAction.Alert"/>, once for each such rule, as a stream.</summary>
        /// <param name="rules">The rules: <c>r => [r.NotNull("gate", flight => flight.Gate, RuleAction.Alert)]</c>.</param>
        /// <param name="alerts">The records, each with the rule that it breaks.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <example><code>
        /// var good = orders.Check(
        ///         rules =>
        ///         [
        ///             rules.That("item", order => order.Item.Length > 0), // counted
        ///             rules.InRange("pieces", order => order.Pieces, 1, 100, RuleAction.Alert), // and handed out
        ///             rules.NotNull("customer", order => order.Customer, RuleAction.DeadLetter), // and left out
        ///         ],
        ///         out var alerts);
        /// </code></example>
        public Stream<T> Check(
            Func<Rules<T>, IReadOnlyList<Rule<T>>> rules, out Stream<RuleViolation<T>> alerts, string name = "check")
        {
            ArgumentNullException.ThrowIfNull(rules);
            ArgumentException.ThrowIfNullOrEmpty(name);
            var made = rules(new Rules<T>());
            var output = new Output<RuleViolation<T>>($"{name}-alerts");
            var checkedOnes = stream.Add(input => new CheckNode<T>(name, input, [.. made], output));
            alerts = checkedOnes.SideOutput(output);
            return checkedOnes;
        }
    }
}

internal sealed record CheckNode<T>(string Name, Node<T> Input, IReadOnlyList<Rule<T>> Rules, Output<RuleViolation<T>> Alerts)
    : Node<T, T>(Name, Input)
{
    public override string Detail
        => string.Join(", ", Rules.Select(rule => rule.Action switch
        {
            RuleAction.Alert => $"{rule.Name}: alert",
            RuleAction.DeadLetter => $"{rule.Name}: dead letter",
            _ => rule.Name,
        }));

    public override bool WritesDeadLetters => Rules.Any(rule => rule.Action == RuleAction.DeadLetter);

    public override Operator<T, T> CreateOperator() => new CheckOperator<T>(Rules, Alerts);

    public override IEnumerable<string> Check()
    {
        if (Rules.Count == 0) yield return $"Step '{Name}' has no rules. Give it some, or leave it out.";
        foreach (var rules in Rules.GroupBy(rule => rule.Name, StringComparer.Ordinal).Where(rules => rules.Count() > 1))
            yield return $"Step '{Name}' has {rules.Count()} rules called '{rules.Key}'. Give each a name of its own: they are counted by "
                + "it.";
    }
}

internal sealed class CheckOperator<T>(IReadOnlyList<Rule<T>> rules, Output<RuleViolation<T>> alerts) : Operator<T, T>
{
    private readonly Counter[] _broken = new Counter[rules.Count];
    private readonly List<int> _brokenNow = [];
    private SideOutput<RuleViolation<T>> _alerts = null!; // set by Declare

    public override bool IsOneToOne => true;

    public override void Process(in Record<T> record)
    {
        try
        {
            _brokenNow.Clear();
            for (var i = 0; i < rules.Count; i++)
            {
                if (!rules[i].Holds(record.Value)) _brokenNow.Add(i);
            }
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (_brokenNow.Count == 0 || MayGoOn(in record)) Emit(in record);
    }

    private bool MayGoOn(in Record<T> record)
    {
        foreach (var i in _brokenNow)
        {
            _broken[i].Add();
            if (rules[i].Action == RuleAction.Alert)
                _alerts.Emit(record.With(new RuleViolation<T>(rules[i].Name, rules[i].Found(record.Value), record.Value)));
        }

        var fatal = _brokenNow.FindIndex(i => rules[i].Action == RuleAction.DeadLetter);
        if (fatal < 0) return true;
        var broken = rules[_brokenNow[fatal]];
        var found = broken.Found(record.Value);
        WriteDeadLetter(
            found.Length == 0 ? $"Rule '{broken.Name}' is broken." : $"Rule '{broken.Name}' is broken: {found}.", record.Origin);
        return false;
    }

    protected override void Declare(StepDeclaration declare)
    {
        _alerts = declare.Output(alerts);
        for (var i = 0; i < rules.Count; i++) _broken[i] = declare.Counter(RuleCounters.Broken, rules[i].Name);
    }
}
