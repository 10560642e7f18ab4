namespace Dataflow.Windows;

/// <summary>A window step whose trigger may emit several results per window.</summary>
internal abstract class FiringOperator<TKey, T, TAccumulator, TResult, TOut>(
    WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
    : WindowOperator<TKey, T, TAccumulator, TResult, TOut>(aggregate)
    where TKey : notnull
{
    private readonly long _earlyEvery = (long)(aggregate.Trigger.EarlyEvery ?? TimeSpan.Zero).TotalMilliseconds;

    private Counter _early = null!;
    private Counter _late = null!;

    protected Trigger Trigger { get; } = aggregate.Trigger;

    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        _early = declare.Counter(WindowCounters.EarlyResults);
        _late = declare.Counter(WindowCounters.LateResults);
    }

    /// <summary>The moment up to which windows of a key that end there take no more records.</summary>
    protected long ClosedOf(TKey key) => Trigger.Closed(Times.Of(key));

    /// <summary>Whether an early result falls due between two times; none does where time has just begun.</summary>
    protected bool IsEarlyDue(long from, long to)
        => _earlyEvery > 0 && from != long.MinValue && to != long.MaxValue && Multiple(to) > Multiple(from);

    /// <summary>Emits a window's result, unless there is nothing to emit.</summary>
    /// <param name="key">The window's key.</param>
    /// <param name="bounds">The window's bounds.</param>
    /// <param name="firing">The reason for the result.</param>
    /// <param name="window">The window's state.</param>
    /// <param name="timestamp">The result's timestamp.</param>
    /// <param name="isGivenInQuiet">Whether an unchanged window was already emitted because all input was idle.</param>
    protected void Fire(TKey key, Window bounds, Firing firing, ref OpenWindow<TAccumulator> window, long timestamp, bool isGivenInQuiet)
    {
        if (window.Pending == 0 && (Trigger.Discards || firing == Firing.Early)) return;
        if (window.Pending == 0 && window.Firings > 0 && isGivenInQuiet) return;
        var next = Trigger.Discards ? Create() : default!;
        if (!EmitResult(key, bounds with { Firing = firing, FiringIndex = window.Firings }, in window.Value, timestamp)) return;
        if (firing == Firing.Early) _early.Add();
        if (firing == Firing.Late) _late.Add();
        window.Pending = 0;
        window.Firings++;
        if (Trigger.Discards) window.Value = next;
    }

    /// <summary>Whether the number of records since the last result calls for an early one.</summary>
    protected bool IsEarlyDue(in OpenWindow<TAccumulator> window)
        => Trigger.EarlyRecords is { } records && window.Pending % records == 0;

    private long Multiple(long watermark) => (long)Math.Floor((double)watermark / _earlyEvery);
}
