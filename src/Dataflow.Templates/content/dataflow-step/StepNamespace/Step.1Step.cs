using Dataflow;
using Dataflow.Extensibility;

namespace StepNamespace;

/// <summary>The verb, which pipelines call.</summary>
public static class Step__1Step
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Hands on the first record of a key. What follows it within a time is a repeat, and goes to the side.</summary>
        /// <param name="within">The event time from the first record on.</param>
        /// <param name="repeats">Takes the repeats.</param>
        /// <param name="name">Names the step and what it keeps.</param>
        public KeyedStream<TKey, T> Step__1(TimeSpan within, Output<T> repeats, string name = "step__1")
            => stream.Add(input => new Step__1Node<TKey, T>(name, input, within, repeats));
    }
}

/// <summary>The node, which stands in the plan and has no state.</summary>
internal sealed record Step__1Node<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, TimeSpan Within, Output<T> Repeats)
    : Node<Keyed<TKey, T>, Keyed<TKey, T>>(Name, Input)
    where TKey : notnull
{
    public override string Detail => $"within {Within}";

    public override IEnumerable<string> Check()
    {
        if (Within <= TimeSpan.Zero) yield return $"step '{Name}' would find no repeats. Give it a time above zero.";
    }

    public override Operator<Keyed<TKey, T>, Keyed<TKey, T>> CreateOperator()
        => new Step__1Operator<TKey, T>((long)Within.TotalMilliseconds, Repeats);
}

/// <summary>The operator, which does the work; each worker has one, for its own keys.</summary>
internal sealed class Step__1Operator<TKey, T>(long withinMs, Output<T> repeats) : Operator<Keyed<TKey, T>, Keyed<TKey, T>>
    where TKey : notnull
{
    private static readonly CounterDefinition Repeated = new("step__1.repeats", "{record}", "Records that were repeats.");

    private KeyedState<TKey, long> _until = null!; // set by Declare, as the others
    private Timers<TKey> _timers = null!;
    private SideOutput<Keyed<TKey, T>> _repeats = null!;
    private Counter _repeated = null!;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var key = record.Value.Key;
        if (_until.TryGet(key, out var until) && record.Timestamp < until)
        {
            _repeated.Add();
            _repeats.Emit(in record);
            return;
        }

        until = record.Timestamp + withinMs;
        _until.Update(key, out _) = until;
        _timers.Set(key, until);
        Emit(in record);
    }

    public override void Advance(long watermark)
    {
        while (_timers.TryTakeDue(watermark, out var key, out var due))
        {
            if (_until.TryGet(key, out var until) && until <= due) _until.Remove(key); // else there was a new first record since
        }

        base.Advance(watermark);
    }

    // State and timers are part of every checkpoint and there again after a crash. Fields are not.
    protected override void Declare(StepDeclaration declare)
    {
        _until = declare.State<TKey, long>("until");
        _timers = declare.Timers<TKey>();
        _repeats = declare.Output<TKey, T>(repeats);
        _repeated = declare.Counter(Repeated);
    }
}
