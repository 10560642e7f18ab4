using Dataflow;
using Dataflow.Log;

namespace Stranger.Aggregates;

/// <summary>An aggregate of one's own that changes its accumulator in place, in windows.</summary>
public sealed class LongestTests : StepContract
{
    private const long WindowMs = 300;

    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 22);

    protected override IReadOnlyList<string> Expected => Model(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Model(All.Where(static reading => reading.Value != Broken));

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.Readings("readings").Window(Tumbling.Every(TimeSpan.FromMilliseconds(WindowMs)))
            .Aggregate(
                _ => new LongestAggregation<Reading>(2, reading => TextOf(Check(reading.Value, fails))),
                static (key, window, texts) => Line(key, window.EndMs, texts))
            .Values().To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static string TextOf(long value) => $"{new string('x', (int)(value % 7))}{value}";

    private static string Line(int key, long end, IEnumerable<string> texts) => $"{key} {end}: {string.Join(' ', texts)}";

    private static IReadOnlyList<string> Model(IEnumerable<Reading> readings)
        => [.. readings.GroupBy(static reading => (reading.Key, End: ((reading.Time / WindowMs) + 1) * WindowMs))
            .Select(static window => Line(
                window.Key.Key, window.Key.End,
                window.Select(static reading => TextOf(reading.Value)).OrderByDescending(static text => text.Length).Take(2)))
            .Order(StringComparer.Ordinal)];
}
