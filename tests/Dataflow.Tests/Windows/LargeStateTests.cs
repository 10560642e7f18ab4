using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Windows;

/// <summary>Steps whose state is larger than the processor's caches are told of records in advance: results are those of small
/// state.</summary>
public sealed class LargeStateTests
{
    private const int Keys = 12_000;
    private const int Rounds = 4; // of visits, two of a key one behind the other

    public static TheoryData<string, int> Cases
        =>
        [
            .. from step in (string[])["window", "sessions", "group", "groups of groups"]
               from workers in (int[])[1, 2]
               select (step, workers),
        ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_the_results_of_small_state(string step, int workers)
    {
        using var log = SimulatedJob.OpenLog();
        foreach (var batch in Enumerable.Range(0, Rounds * Keys).Select(Visit).Chunk(1_000)) log.Append("visits", batch);
        var job = SimulatedJob.Start(Create(step), log, workers);
        while (job.Status.RecordsRead < Rounds * Keys / 2) job.Step();
        job.Checkpoint();
        job.Close();
        SimulatedJob.Start(Create(step), log, workers).Run();

        // A group's last row has the result, a window has one.
        var last = Topic.Of<Result>("results").ReadAll(log).GroupBy(static result => result.Key)
            .ToDictionary(static rows => rows.Key, static rows => rows.Last());
        Assert.Equal(Keys, last.Count);
        Assert.All(last.Values, static result => Assert.Equal(Expected(result.Key), result));
    }

    private static KeyVisit Visit(int number) => new($"key {(uint)(number / 2 * 2_654_435_761) % Keys}", number, number);

    private static Result Expected(string key)
    {
        var own = s_byKey[key];
        return new(key, own.Count, own[0], own[^1]);
    }

    private static readonly Dictionary<string, List<int>> s_byKey = Enumerable.Range(0, Rounds * Keys).Select(Visit)
        .GroupBy(static visit => visit.Key).ToDictionary(
            static visits => visits.Key, static visits => visits.Select(static visit => visit.Number).ToList());

    private static Pipeline Create(string step)
    {
        var pipeline = new Pipeline("large");
        var visits = pipeline.From(Topic.Of<KeyVisit>("visits").StopAtEnd()).WithEventTime(static visit => visit.Time)
            .KeyBy(static visit => visit.Key);
        switch (step)
        {
            case "window":
                Aggregate(visits.Window(Tumbling.Every(TimeSpan.FromDays(1))));
                break;
            case "sessions":
                Aggregate(visits.Window(Session.WithGap(TimeSpan.FromDays(1))));
                break;
            case "groups of groups":
                visits.Aggregate(
                        a => (a.Count(), a.First(static visit => visit.Number), a.Last(static visit => visit.Number)),
                        static (key, count, first, last) => new Result(key, count, first, last))
                    .GroupBy(static row => row.Key)
                    .Aggregate(
                        a => (a.Sum(static row => row.Count), a.Sum(static row => row.First), a.Sum(static row => row.Last)),
                        static (key, count, first, last) => new Result(key, count, (int)first, (int)last), "groups")
                    .Changes().Select(static change => change.New!).To(Topic.Of<Result>("results"));
                break;
            default:
                visits.Aggregate(
                    a => (a.Count(), a.First(static visit => visit.Number), a.Last(static visit => visit.Number)),
                    static (key, count, first, last) => new Result(key, count, first, last))
                    .Changes().Select(static change => change.New!).To(Topic.Of<Result>("results"));
                break;
        }

        return pipeline;
    }

    private static void Aggregate(WindowedStream<string, KeyVisit> windows)
        => windows.Aggregate(
            a => (a.Count(), a.First(static visit => visit.Number), a.Last(static visit => visit.Number)),
            static (key, _, count, first, last) => new Result(key, count, first, last)).Values().To(Topic.Of<Result>("results"));

    public sealed record KeyVisit(string Key, long Time, int Number);

    public sealed record Result(string Key, long Count, int First, int Last);
}
