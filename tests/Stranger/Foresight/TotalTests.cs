using Dataflow;
using Dataflow.Log;

namespace Stranger.Foresight;

/// <summary>A step that is told of records before it gets them.</summary>
public class TotalTests : StepContract
{
    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 31);

    protected override IReadOnlyList<string> Expected => Model(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Model(All.Where(static reading => reading.Value != Broken));

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        Numbers(pipeline.Readings("readings").Select(reading => Check(reading.Value, fails))).Total().Pairs
            .Select(pair => Text(pair.Key, pair.Value)).To(Topic.Of<string>(Results));
        return pipeline;
    }

    /// <summary>Puts a step before the one that looks ahead.</summary>
    protected virtual KeyedStream<int, long> Numbers(KeyedStream<int, long> numbers) => numbers;

    private static string Text(int key, long total) => $"{key}: {total}";

    private static IReadOnlyList<string> Model(IEnumerable<Reading> readings)
    {
        var (totals, texts) = (new Dictionary<int, long>(), new List<string>());
        foreach (var reading in readings)
            texts.Add(Text(reading.Key, totals[reading.Key] = totals.GetValueOrDefault(reading.Key) + reading.Value));
        return [.. texts.Order(StringComparer.Ordinal)];
    }
}
