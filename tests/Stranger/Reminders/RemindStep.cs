using Dataflow;

namespace Stranger.Reminders;

/// <summary>Tells of keys that have been quiet for a while, by event time and by the clock.</summary>
internal static class RemindStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Gives a line when a key has brought no record for <paramref name="quiet"/>.</summary>
        public KeyedStream<TKey, string> Remind(TimeSpan quiet, string name = "remind")
            => stream.Add(input => new RemindNode<TKey, T>(name, input, (long)quiet.TotalMilliseconds));
    }
}

internal sealed record RemindNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, long QuietMs)
    : Node<Keyed<TKey, T>, Keyed<TKey, string>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, T>, Keyed<TKey, string>> CreateOperator() => new RemindOperator<TKey, T>(QuietMs);
}

internal sealed class RemindOperator<TKey, T>(long quietMs) : Operator<Keyed<TKey, T>, Keyed<TKey, string>>
    where TKey : notnull
{
    private KeyedState<TKey, (long Timer, long Alarm)> _last = null!;
    private Timers<TKey> _timers = null!;
    private ProcessingTimers<TKey> _alarms = null!;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var key = record.Value.Key;
        ref var last = ref _last.Update(key, out var isKnown);
        var before = last;
        last = (Math.Max(last.Timer, record.Timestamp + quietMs), _alarms.Now + quietMs);
        var now = last;
        if (isKnown) _timers.Delete(key, before.Timer);
        if (isKnown) _alarms.Delete(key, before.Alarm);
        _timers.Set(key, now.Timer);
        _alarms.Set(key, now.Alarm);
    }

    public override void Advance(long watermark)
    {
        while (_timers.TryTakeDue(watermark, out var key, out var due))
        {
            Tell(key, due, "quiet");
            if (!_timers.Set(key, due + quietMs)) Tell(key, due, "at the end");
        }

        base.Advance(watermark);
    }

    public override bool Poll()
    {
        var any = false;
        for (; _alarms.TryTakeDue(out var key, out _); any = true) Tell(key, 0, "nothing came");
        return any;
    }

    protected override void Declare(StepDeclaration declare)
    {
        _last = declare.State<TKey, (long, long)>("last");
        _timers = declare.Timers<TKey>();
        _alarms = declare.ProcessingTimers<TKey>();
    }

    private void Tell(TKey key, long due, string what) => Emit(new(new(key, $"{key} {what} {due}"), due, default));
}
