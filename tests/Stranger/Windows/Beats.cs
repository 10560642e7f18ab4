using Dataflow;

namespace Stranger.Windows;

/// <summary>Windows of two lengths in turn: 300 ms and 700 ms.</summary>
internal sealed record Beats() : AlignedWindows("beats of 300 and 700 ms")
{
    public const long Period = 1000;
    public const long Short = 300;

    public override Window PaneOf(long moment)
    {
        var start = Floor(moment, Period);
        return moment < start + Short ? new(start, start + Short) : new(start + Short, start + Period);
    }
}
