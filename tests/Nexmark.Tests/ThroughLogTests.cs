using Dataflow.Testing;

namespace Dataflow.Perf.Nexmark.Tests;

/// <summary>Every query gives the known answers if its events are appended to a topic first, and read from there.</summary>
public class ThroughLogTests
{
    public static TheoryData<string> Names => SimulatedQuery.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Gives_the_known_answers_through_the_log(string query)
    {
        var set = Goldens.Sets[0];
        using var log = SimulatedJob.OpenLog();
        await EventTopic.FillAsync(log, set.Generator, set.Events, partitions: 2);
        var results = new Results();

        SimulatedQuery.Start(query, AuctionHouse.InLog(set.Generator), workers: 2, log, results).Run();

        SimulatedQuery.AssertIsAnswer(query, set, workers: 2, results);
    }
}
