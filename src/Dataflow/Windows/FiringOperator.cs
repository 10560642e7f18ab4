namespace Dataflow.Windows;

/// <summary>A step whose windows may give several results, as a trigger says.</summary>
internal abstract class FiringOperator<TKey, T, TAccumulator, TResult, TOut>(
    Trigger trigger,
    Aggregation<T, TAccumulator, TResult> aggregation,
    Func<TKey, Window, TResult, TOut> result)
    : WindowOperator<TKey, T, TAccumulator, TResult, TOut>(aggregation, result), ICountsFirings
    where TKey : notnull
{
    private readonly long _earlyEvery = (long)(trigger.EarlyEvery ?? TimeSpan.Zero).TotalMilliseconds;

    public long EarlyResults { get; private set; }

    public long LateResults { get; private set; }

    /// <summary>What ends up to this watermark takes no more records.</summary>
    protected long Closed => trigger.Closed(Watermark);

    protected Trigger Trigger => trigger;

    /// <summary>Whether the watermark passes a moment of early results on its way from <see cref="WindowOperator{TKey, T,
    /// TAccumulator, TResult, TOut}.Watermark"/>.</summary>
    protected bool IsEarlyDue(long watermark)
        => _earlyEvery > 0 && watermark != long.MaxValue && Multiple(watermark) > Multiple(Watermark);

    /// <summary>Hands out a window's result, if there is something to hand out.</summary>
    protected void Fire(TKey key, Window bounds, Firing firing, ref OpenWindow<TAccumulator> window, long timestamp)
    {
        if (window.Pending == 0 && (trigger.Discards || firing == Firing.Early)) return;
        var next = trigger.Discards ? Create() : default!;
        if (!EmitResult(key, bounds with { Firing = firing, FiringIndex = window.Firings }, in window.Value, timestamp)) return;
        if (firing == Firing.Early) EarlyResults++;
        if (firing == Firing.Late) LateResults++;
        window.Pending = 0;
        window.Firings++;
        if (trigger.Discards) window.Value = next;
    }

    /// <summary>Whether a window has so many records since its last result that an early one is due.</summary>
    protected bool IsEarlyDue(in OpenWindow<TAccumulator> window)
        => trigger.EarlyRecords is { } records && window.Pending % records == 0;

    private long Multiple(long watermark) => (long)Math.Floor((double)watermark / _earlyEvery);
}

/// <summary>A step that counts the results which did not go out on time.</summary>
internal interface ICountsFirings
{
    long EarlyResults { get; }

    long LateResults { get; }
}
