namespace Dataflow.Windows;

/// <summary>A step whose windows may give several results, as a trigger says.</summary>
internal abstract class FiringOperator<TKey, T, TAccumulator, TResult, TOut>(
    Trigger trigger,
    Aggregation<T, TAccumulator, TResult> aggregation,
    Func<TKey, Window, TResult, TOut> result)
    : WindowOperator<TKey, T, TAccumulator, TResult, TOut>(aggregation, result)
    where TKey : notnull
{
    private readonly long _earlyEvery = (long)(trigger.EarlyEvery ?? TimeSpan.Zero).TotalMilliseconds;

    private Counter _early = null!;
    private Counter _late = null!;

    /// <summary>What ends up to this watermark takes no more records.</summary>
    protected long Closed => trigger.Closed(Watermark);

    protected Trigger Trigger => trigger;

    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        _early = declare.Counter(WindowCounters.EarlyResults);
        _late = declare.Counter(WindowCounters.LateResults);
    }

    /// <summary>Whether time passes a moment of early results on its way between two others.</summary>
    protected bool IsEarlyDue(long from, long to) => _earlyEvery > 0 && to != long.MaxValue && Multiple(to) > Multiple(from);

    /// <summary>Hands out a window's result, if there is something to hand out.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="bounds">Its bounds.</param>
    /// <param name="firing">Why.</param>
    /// <param name="window">What is kept of it.</param>
    /// <param name="timestamp">The result's time.</param>
    /// <param name="isGivenInQuiet">Whether its result went out while all input was quiet, as far as it was known then.</param>
    protected void Fire(TKey key, Window bounds, Firing firing, ref OpenWindow<TAccumulator> window, long timestamp, bool isGivenInQuiet)
    {
        if (window.Pending == 0 && (trigger.Discards || firing == Firing.Early)) return;
        if (window.Pending == 0 && window.Firings > 0 && isGivenInQuiet) return;
        var next = trigger.Discards ? Create() : default!;
        if (!EmitResult(key, bounds with { Firing = firing, FiringIndex = window.Firings }, in window.Value, timestamp)) return;
        if (firing == Firing.Early) _early.Add();
        if (firing == Firing.Late) _late.Add();
        window.Pending = 0;
        window.Firings++;
        if (trigger.Discards) window.Value = next;
    }

    /// <summary>Whether a window has so many records since its last result that an early one is due.</summary>
    protected bool IsEarlyDue(in OpenWindow<TAccumulator> window)
        => trigger.EarlyRecords is { } records && window.Pending % records == 0;

    private long Multiple(long watermark) => (long)Math.Floor((double)watermark / _earlyEvery);
}
