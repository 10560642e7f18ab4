using Dataflow;
using Dataflow.Extensibility;

namespace OwnSteps;

/// <summary>A kind of window of one's own: the hours of one tariff, which changes at the same hours (UTC) of each day.</summary>
internal sealed record Tariff(params TimeSpan[] Changes) : AlignedWindows($"tariff that changes at {string.Join(", ", Changes)}")
{
    private const long DayMs = 24 * 60 * 60 * 1000;

    public override Window PaneOf(long moment)
    {
        var day = Floor(moment, DayMs);
        long[] days = [day - DayMs, day, day + DayMs];
        var changes = days.SelectMany(_ => Changes, static (start, at) => start + (long)at.TotalMilliseconds).ToList();
        return new(changes.Last(change => change <= moment), changes.First(change => change > moment));
    }
}
