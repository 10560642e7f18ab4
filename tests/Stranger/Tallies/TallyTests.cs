using Dataflow;
using Dataflow.Log;

namespace Stranger.Tallies;

/// <summary>A step with state by two keys, and with changes that are undone where the user's code fails.</summary>
public sealed class TallyTests : StepContract
{
    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 21);

    protected override IReadOnlyList<string> Expected => Model(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Model(All.Where(static reading => reading.Value != Broken));

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.Readings("readings")
            .Tally(KindOf, (reading, all, ofKind) => Text(reading.Key, Check(reading.Value, fails), all, ofKind))
            .Values().To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static string KindOf(Reading reading) => $"kind {reading.Value % 3}";

    private static string Text(int key, long value, int all, int ofKind) => $"{key}: {value} {all} {ofKind}";

    private static IReadOnlyList<string> Model(IEnumerable<Reading> readings)
    {
        var (all, ofKind, texts) = (new Dictionary<int, int>(), new Dictionary<(int, string), int>(), new List<string>());
        foreach (var reading in readings)
        {
            var count = all[reading.Key] = all.GetValueOrDefault(reading.Key) + 1;
            var place = (reading.Key, KindOf(reading));
            texts.Add(Text(reading.Key, reading.Value, count, ofKind[place] = ofKind.GetValueOrDefault(place) + 1));
        }

        return [.. texts.Order(StringComparer.Ordinal)];
    }
}
