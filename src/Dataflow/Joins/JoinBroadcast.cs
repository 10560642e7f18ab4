namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Joins each record with every current rule that fits it; the record stays on its worker.</summary>
        /// <remarks>Every worker holds the latest rule of each key, and a checkpoint writes a changed one once. A record meets the rules
        /// that arrived before it, so rules of a growing source may be a little ahead or behind, and differ between workers; where two
        /// splits bring rules of one key, workers may disagree on which is the latest until a restart. Event time is that of the records,
        /// and none of them is late for this join. Records that no rule fits are counted as unmatched.</remarks>
        /// <param name="rules">A stream of few records; a new one replaces the rule of its key.</param>
        /// <param name="fits">Whether a rule fits a record; called for each rule and record, on the task's thread.</param>
        /// <param name="result">Computes the result of a record and a rule that fits; called on the task's thread.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        /// <example><code>
        /// pipeline.From(Source.Of(input, "orders"))
        ///     .JoinBroadcast(rules, (order, rule) => order.Pieces >= rule.Pieces, (order, rule) => $"{order.Customer}: {rule.Name}")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public Stream<TOut> JoinBroadcast<TRuleKey, TRule, TOut>(
            KeyedStream<TRuleKey, TRule> rules, Func<T, TRule, bool> fits, Func<T, TRule, TOut> result,
            string name = "join-broadcast")
            where TRuleKey : notnull
        {
            ArgumentNullException.ThrowIfNull(rules);
            ArgumentNullException.ThrowIfNull(fits);
            ArgumentNullException.ThrowIfNull(result);
            return stream.AddBroadcast(
                rules.Pairs,
                (first, second) => new BroadcastJoinNode<T, TRuleKey, TRule, TOut>(name, first, second, fits, result));
        }
    }
}

internal sealed record BroadcastJoinNode<T, TRuleKey, TRule, TOut>(
    string Name, Node<T> Input, SecondInput<Keyed<TRuleKey, TRule>> Second, Func<T, TRule, bool> Fits, Func<T, TRule, TOut> Result)
    : Node<T, Keyed<TRuleKey, TRule>, TOut>(Name, Input, Second)
    where TRuleKey : notnull
{
    public override Operator<T, Keyed<TRuleKey, TRule>, TOut> CreateOperator()
        => new BroadcastJoinOperator<T, TRuleKey, TRule, TOut>(Fits, Result);
}

internal sealed class BroadcastJoinOperator<T, TRuleKey, TRule, TOut>(Func<T, TRule, bool> fits, Func<T, TRule, TOut> result)
    : Operator<T, Keyed<TRuleKey, TRule>, TOut>
    where TRuleKey : notnull
{
    private readonly List<TOut> _results = [];
    private KeyedState<TRuleKey, TRule> _rules = null!;
    private Counter _unmatched = null!;

    public override bool WaitsForSecond => false;

    public override void Process(in Record<T> record)
    {
        _results.Clear();
        try
        {
            _rules.ForEach((Step: this, record.Value), static (to, _, in rule) => to.Step.Join(to.Value, rule));
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (_results.Count == 0) _unmatched.Add();
        foreach (var value in _results) Emit(record.With(value));
    }

    public override void ProcessSecond(in Record<Keyed<TRuleKey, TRule>> record)
    {
        if (MayKeep(in record, record.Value.Value)) _rules.Update(record.Value.Key, out _) = record.Value.Value;
    }

    protected override void Declare(StepDeclaration declare)
    {
        _rules = declare.BroadcastState<TRuleKey, TRule>("rules");
        _unmatched = declare.Counter(CounterDefinition.Unmatched);
    }

    private void Join(T value, TRule rule)
    {
        if (fits(value, rule)) _results.Add(result(value, rule));
    }
}
