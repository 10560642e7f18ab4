using Dataflow;
using Dataflow.Extensibility;

namespace OwnSteps;

/// <summary>A step of one's own with two inputs.</summary>
internal static class AgainstStep
{
    extension<TKey>(KeyedStream<TKey, double> first)
        where TKey : notnull
    {
        /// <summary>The difference of two streams' numbers where they have one key and one time.</summary>
        public KeyedStream<TKey, double> Against(KeyedStream<TKey, double> second, string name = "against")
            => first.Add(second, (input, other) => new AgainstNode<TKey>(name, input, other));
    }
}

internal sealed record AgainstNode<TKey>(string Name, Node<Keyed<TKey, double>> Input, SecondInput<Keyed<TKey, double>> Second)
    : Node<Keyed<TKey, double>, Keyed<TKey, double>, Keyed<TKey, double>>(Name, Input, Second)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, double>, Keyed<TKey, double>, Keyed<TKey, double>> CreateOperator() => new AgainstOperator<TKey>();
}

internal sealed class AgainstOperator<TKey> : Operator<Keyed<TKey, double>, Keyed<TKey, double>, Keyed<TKey, double>>
    where TKey : notnull
{
    private NamespacedState<TKey, double> _firsts = null!; // a table for each moment: goes as a whole once time has passed it
    private NamespacedState<TKey, double> _seconds = null!;
    private Counter _unmatched = null!;

    public override void Process(in Record<Keyed<TKey, double>> record) => Meet(in record, _firsts, _seconds, sign: 1);

    public override void ProcessSecond(in Record<Keyed<TKey, double>> record) => Meet(in record, _seconds, _firsts, sign: -1);

    protected override void Declare(StepDeclaration declare)
    {
        _firsts = declare.NamespacedState<TKey, double>("firsts");
        _seconds = declare.NamespacedState<TKey, double>("seconds");
        _unmatched = declare.Counter(CounterDefinition.Unmatched, "no partner");
    }

    // The lesser of the watermarks of both streams.
    protected override void AdvanceBoth(long watermark)
    {
        foreach (var waiting in new[] { _firsts, _seconds })
        {
            foreach (var moment in waiting.Tables.Keys.TakeWhile(moment => moment < watermark).ToList())
            {
                _unmatched.Add(waiting.Open(moment).Count);
                waiting.Drop(moment);
            }
        }

        base.AdvanceBoth(watermark);
    }

    private void Meet(
        in Record<Keyed<TKey, double>> record, NamespacedState<TKey, double> own, NamespacedState<TKey, double> others, int sign)
    {
        var (key, value) = record.Value;
        var partners = others.Open(record.Timestamp);
        if (partners.TryGet(key, out var other))
        {
            partners.Remove(key);
            Emit(record.With(new Keyed<TKey, double>(key, sign * (value - other))));
        }
        else
        {
            own.Open(record.Timestamp).Update(key, out _) = value;
        }
    }
}
