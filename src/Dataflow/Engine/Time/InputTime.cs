namespace Dataflow.Time;

/// <summary>The event time of an input: its watermark, and whether it is idle.</summary>
internal readonly record struct InputTime(long Watermark, Idleness Idleness)
{
    public static InputTime None => new(long.MinValue, default);

    public bool IsIdle => Idleness.IsIdle;

    /// <summary>The time at which the input holds back others: lower than the watermark, which never goes back, where a split that was idle
    /// continues behind it.</summary>
    public long Least => Math.Min(Watermark, Idleness.Least);

    private bool IsEnded => Watermark == long.MaxValue;

    /// <summary>Combines independent inputs: the lowest time of those that are not idle. Where all are idle it stays at the highest of any,
    /// and is idle too. An input that is active again, though that news is still on its way, counts.</summary>
    public static InputTime OfInputs(ReadOnlySpan<InputTime> inputs)
    {
        var min = long.MaxValue;
        var greatest = long.MinValue;
        var (isAnyActive, idleness, spell) = (false, default(Idleness), default(QuietSpell));
        foreach (ref readonly var input in inputs)
        {
            if (input.IsEnded) continue;
            spell = QuietSpell.OfBoth(spell, input.Idleness.Spell);
            if (input.IsIdle && !input.Idleness.IsOver)
            {
                idleness = idleness.IsIdle ? Idleness.OfBoth(idleness, input.Idleness) : input.Idleness;
                greatest = Math.Max(greatest, input.Watermark);
            }
            else
            {
                isAnyActive = true;
                min = Math.Min(min, input.Least);
            }
        }

        return isAnyActive || !idleness.IsIdle ? new(min, Idleness.Active(spell)) : new(greatest, idleness);
    }

    /// <summary>Combines the parts of one stream, each of which has reported what it knows of all: the lowest time of any, and idle once
    /// the last of them has said so. So it depends only on each part's last report.</summary>
    public static InputTime OfParts(ReadOnlySpan<InputTime> parts)
    {
        var min = long.MaxValue;
        var (isAnyActive, idleness, spell) = (false, default(Idleness), default(QuietSpell));
        foreach (ref readonly var part in parts)
        {
            if (part.IsEnded) continue;
            min = Math.Min(min, part.Least);
            spell = QuietSpell.OfBoth(spell, part.Idleness.Spell);
            if (!part.IsIdle) isAnyActive = true;
            else idleness = idleness.IsIdle ? Idleness.OfBoth(idleness, part.Idleness) : part.Idleness;
        }

        return new(min, isAnyActive ? Idleness.Active(spell) : idleness);
    }
}

/// <summary>Tells a step the changes of its time: that it is active again before the watermark that follows, that it is idle after
/// it.</summary>
/// <param name="advance">Tells the watermark.</param>
/// <param name="idle">Tells whether it is idle, and what holds it back.</param>
/// <param name="from">The watermark told before a restart.</param>
internal sealed class ToldTime(Action<long> advance, Action<Idleness> idle, long from = long.MinValue)
{
    public InputTime Last { get; private set; } = InputTime.None;

    /// <param name="now">The new time. A lower one than the last is told as behind it: the watermark never goes back.</param>
    public void Tell(InputTime now)
    {
        var (last, watermark) = (Last, Math.Max(Math.Max(now.Watermark, Last.Watermark), from));
        Last = now = new(watermark, now.Idleness.WithTime(now.Watermark, watermark));
        if (!now.IsIdle && now.Idleness != last.Idleness) idle(now.Idleness);
        if (now.Watermark > last.Watermark) advance(now.Watermark);
        if (now.IsIdle && now.Idleness != last.Idleness) idle(now.Idleness);
    }

    /// <summary>Tells that records come again from idle splits; their time is told later.</summary>
    public void GoOn() => Tell(new(Last.Least, Idleness.Active(Last.Idleness.Spell)));
}
