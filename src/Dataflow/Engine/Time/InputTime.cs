namespace Dataflow.Time;

/// <summary>How far event time has come in an input: its watermark, and whether it is idle.</summary>
internal readonly record struct InputTime(long Watermark, Idleness Idleness)
{
    public static InputTime None => new(long.MinValue, default);

    public bool IsIdle => Idleness.IsIdle;

    private bool IsEnded => Watermark == long.MaxValue;

    /// <summary>The time of inputs that know nothing of each other: the least of those that are not idle. Where all are idle it stays at
    /// the greatest of any, and is idle too. One that was idle and has gone on, though the word of that is still on its way, counts.</summary>
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

    /// <summary>The time of the parts of one stream, each of which has said what it knows of all: the least of any, and idle once the
    /// last of them has said so. So it depends on nothing but what each part said last.</summary>
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

/// <summary>Tells a step how its time changes: that records come again before the watermark that follows them, that none come after it.</summary>
internal sealed class ToldTime(Action<long> advance, Action<Idleness> idle)
{
    public InputTime Last { get; private set; } = InputTime.None;

    /// <param name="now">A watermark that lies behind the last one is taken for it: time never goes back.</param>
    public void Tell(InputTime now)
    {
        var last = Last;
        Last = now = now with { Watermark = Math.Max(now.Watermark, last.Watermark) };
        if (last.IsIdle && !now.IsIdle) idle(now.Idleness);
        if (now.Watermark > last.Watermark) advance(now.Watermark);
        if (now.IsIdle && now.Idleness != last.Idleness) idle(now.Idleness);
    }
}
