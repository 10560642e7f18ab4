using Dataflow.Testing;

namespace Dataflow.Perf.Nexmark.Tests;

/// <summary>Every query gives the answers that other engines gave, with one and with two workers.</summary>
public class QueryTests
{
    public static TheoryData<string> Names => SimulatedQuery.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_known_answers(string query)
    {
        foreach (var (index, set) in Goldens.Sets.Index())
        {
            using var log = SimulatedJob.OpenLog();
            var workers = 1 + (index % 2);
            var results = new Results();
            SimulatedQuery.Start(query, set, workers, log, results).Run();
            SimulatedQuery.AssertIsAnswer(query, set, workers, results);
        }
    }
}
