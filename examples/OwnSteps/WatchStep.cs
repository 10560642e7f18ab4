using Dataflow;
using Dataflow.Extensibility;

namespace OwnSteps;

/// <summary>A verb of one's own, written as the built-in ones are: an extension over <c>Add</c>, a node, an operator.</summary>
internal static class WatchStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Hands on each record, and says at the side which keys have had none for a while of event time.</summary>
        /// <param name="quiet">After how long.</param>
        /// <param name="silent">Takes the time of the last record before the silence.</param>
        /// <param name="name">Names the step and what it keeps.</param>
        public KeyedStream<TKey, T> Watch(TimeSpan quiet, Output<DateTimeOffset> silent, string name = "watch")
            => stream.Add(input => new WatchNode<TKey, T>(name, input, quiet, silent));
    }
}

internal sealed record WatchNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, TimeSpan Quiet, Output<DateTimeOffset> Silent)
    : Node<Keyed<TKey, T>, Keyed<TKey, T>>(Name, Input)
    where TKey : notnull
{
    public override string Detail => $"silent after {Quiet}";

    public override IEnumerable<string> Check()
    {
        if (Quiet <= TimeSpan.Zero) yield return $"step '{Name}' would find every key silent at once. Give it a time above zero.";
    }

    public override Operator<Keyed<TKey, T>, Keyed<TKey, T>> CreateOperator()
        => new WatchOperator<TKey, T>((long)Quiet.TotalMilliseconds, Silent);
}

internal sealed class WatchOperator<TKey, T>(long quietMs, Output<DateTimeOffset> silent) : Operator<Keyed<TKey, T>, Keyed<TKey, T>>
    where TKey : notnull
{
    private static readonly CounterDefinition Silences = new("house.silences", "{silence}", "Keys that fell silent.");

    private KeyedState<TKey, long> _last = null!; // set by Declare, as the others
    private Timers<TKey> _timers = null!;
    private SideOutput<Keyed<TKey, DateTimeOffset>> _silent = null!;
    private Counter _silences = null!;

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var key = record.Value.Key;
        ref var last = ref _last.Update(key, out var isKnown);
        var before = last;
        last = Math.Max(last, record.Timestamp);
        if (!isKnown) _timers.Set(key, record.Timestamp + quietMs); // one timer for each key, not for each record
        else if (record.Timestamp > before + quietMs) Tell(key, before); // it speaks again before its timer is due
        Emit(in record);
    }

    public override void Advance(long watermark)
    {
        while (_timers.TryTakeDue(watermark, out var key, out var due))
        {
            _last.TryGet(key, out var last);
            if (last + quietMs > due)
            {
                _timers.Set(key, last + quietMs); // it has spoken since
                continue;
            }

            Tell(key, last);
            _last.Remove(key);
        }

        base.Advance(watermark);
    }

    // All of it is part of every checkpoint and there again after a crash.
    protected override void Declare(StepDeclaration declare)
    {
        _last = declare.State<TKey, long>("last");
        _timers = declare.Timers<TKey>();
        _silent = declare.Output<TKey, DateTimeOffset>(silent);
        _silences = declare.Counter(Silences);
    }

    private void Tell(TKey key, long last)
    {
        _silences.Add();
        _silent.Emit(new(new(key, DateTimeOffset.FromUnixTimeMilliseconds(last)), last + quietMs, default));
    }
}
