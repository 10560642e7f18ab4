namespace Dataflow.Time;

/// <summary>The event time of an input: its watermark, and whether it is idle.</summary>
internal readonly record struct InputTime(long Watermark, Idleness Idleness)
{
    public static InputTime None => new(long.MinValue, default);

    public bool IsIdle => Idleness.IsIdle;

    private bool IsEnded => Watermark == long.MaxValue;

    /// <summary>Combines independent inputs: the lowest watermark of those that are not idle. Where all are idle it stays at the highest of
    /// any, and is idle too. An input that is active again, though that news is still on its way, counts.</summary>
    public static InputTime OfInputs(ReadOnlySpan<InputTime> inputs)
    {
        var min = long.MaxValue;
        var greatest = long.MinValue;
        var (isAnyActive, idleness) = (false, default(Idleness));
        foreach (ref readonly var input in inputs)
        {
            if (input.IsEnded) continue;
            if (input.IsIdle && !input.Idleness.IsOver)
            {
                idleness = idleness.IsIdle ? Idleness.OfBoth(idleness, input.Idleness) : input.Idleness;
                greatest = Math.Max(greatest, input.Watermark);
            }
            else
            {
                isAnyActive = true;
                min = Math.Min(min, input.Watermark);
            }
        }

        return isAnyActive || !idleness.IsIdle ? new(min, default) : new(greatest, idleness);
    }

    /// <summary>Combines the parts of one stream, each of which has reported what it knows of all: the lowest watermark of any, and idle
    /// once the last of them has said so. So it depends only on each part's last report.</summary>
    public static InputTime OfParts(ReadOnlySpan<InputTime> parts)
    {
        var min = long.MaxValue;
        var (isAnyActive, idleness) = (false, default(Idleness));
        foreach (ref readonly var part in parts)
        {
            if (part.IsEnded) continue;
            min = Math.Min(min, part.Watermark);
            if (!part.IsIdle) isAnyActive = true;
            else idleness = idleness.IsIdle ? Idleness.OfBoth(idleness, part.Idleness) : part.Idleness;
        }

        return new(min, isAnyActive ? default : idleness);
    }
}

/// <summary>Tells a step the changes of its time: that it is active again before the watermark that follows, that it is idle after
/// it.</summary>
internal sealed class ToldTime(Action<long> advance, Action<Idleness> idle)
{
    public InputTime Last { get; private set; } = InputTime.None;

    /// <param name="now">The new time. A watermark lower than the last one is replaced by that: time never goes back.</param>
    public void Tell(InputTime now)
    {
        var last = Last;
        Last = now = now with { Watermark = Math.Max(now.Watermark, last.Watermark) };
        if (last.IsIdle && !now.IsIdle) idle(now.Idleness);
        if (now.Watermark > last.Watermark) advance(now.Watermark);
        if (now.IsIdle && now.Idleness != last.Idleness) idle(now.Idleness);
    }
}
