using Dataflow;
using Dataflow.Log;

namespace Stranger.Windows;

/// <summary>A window of one's own that takes any aggregate, and of a record that fails in the middle keeps nothing.</summary>
public sealed class EveryTests : StepContract
{
    private const int Length = 500;

    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 13);

    protected override IReadOnlyList<string> Expected => Texts(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Texts(All.Where(static reading => reading.Value != Broken));

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.Readings("readings")
            .Every(
                TimeSpan.FromMilliseconds(Length),
                a => a.Count().And(
                    a.Last(static reading => reading.Value).And(a.Sum(reading => Check(reading.Value, fails)), Text),
                    static (count, rest) => $"{count} {rest}"))
            .Pairs.Select(static pair => $"{pair.Key} from {pair.Value.Start}: {pair.Value.Result}").To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static string Text(long last, long sum) => $"up to {last} of {sum}";

    private static string[] Texts(IEnumerable<Reading> readings)
        => [.. readings.GroupBy(static reading => (reading.Key, Start: reading.Time - (reading.Time % Length)))
            .Select(static window => $"{window.Key.Key} from {window.Key.Start}: {window.Count()} "
                + Text(window.Last().Value, window.Sum(static one => one.Value)))
            .Order(StringComparer.Ordinal)];
}
