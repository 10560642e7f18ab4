using Dataflow;
using Dataflow.Extensibility;

namespace OwnSteps;

/// <summary>Watermarks of one's own: a sensor's last reading of an hour says that the hour is complete.</summary>
internal sealed class WholeHours : WatermarkGenerator<Reading, long>
{
    private const long MinuteMs = 60 * 1000;

    public override string Name => "whole hours";

    public override long Create() => long.MinValue;

    public override long Add(long state, Reading reading, long time) => reading.Time.Minute == 59 ? time + MinuteMs : state;

    public override long Watermark(long state, long newest) => state;
}
