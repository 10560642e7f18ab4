using Dataflow;
using Dataflow.Log;

namespace Stranger.Recall;

/// <summary>A step of whose state checkpoints write what has changed.</summary>
public sealed class RecallTests : StepContract
{
    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 41);

    protected override IReadOnlyList<string> Expected => Model(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Model(All.Where(static reading => reading.Value != Broken));

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.Readings("readings").Select(reading => Check(reading.Value, fails)).Recall().Pairs
            .Select(pair => Text(pair.Key, pair.Value)).To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static string Text(int key, long sum) => $"{key}: {sum}";

    private static IReadOnlyList<string> Model(IEnumerable<Reading> readings)
        => [.. readings.GroupBy(static reading => reading.Key)
            .SelectMany(static of => of.Select((_, i) => Text(of.Key, of.Take(i + 1).TakeLast(Numbers.Count).Sum(last => last.Value))))
            .Order(StringComparer.Ordinal)];
}
