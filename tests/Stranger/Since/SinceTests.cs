using Dataflow;
using Dataflow.Log;

namespace Stranger.Since;

/// <summary>A step of one's own that knows the first record of all keys, whichever worker has it.</summary>
public sealed class SinceTests : StepContract
{
    private static readonly IReadOnlyList<Reading> s_readings = Input.Readings(seed: 5);

    protected override IReadOnlyList<string> Expected => Model(s_readings);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Model(s_readings.Where(static reading => reading.Value != Broken));

    protected override void Fill(LogStore log) => log.Write("readings", s_readings);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.Readings("readings")
            .SinceFirst((after, reading) => $"{Check(reading.Value, fails)} after {after}")
            .Values().To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static IReadOnlyList<string> Model(IEnumerable<Reading> readings)
    {
        var first = s_readings.Min(static reading => reading.Time);
        return [.. readings.Select(reading => $"{reading.Value} after {reading.Time - first}").Order(StringComparer.Ordinal)];
    }
}
