using Dataflow.Testing;

namespace Dataflow.Perf.Nexmark.Tests;

/// <summary>Every query gives the answers that other engines gave, each set of events once undisturbed and once not, with one and
/// with two workers.</summary>
public class QueryTests
{
    public static TheoryData<string> Names => [.. Queries.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_known_answers(string query)
    {
        foreach (var (index, set) in Goldens.Sets.Index())
        {
            using var log = SimulatedJob.OpenLog();
            var workers = 1 + (index % 2);
            var results = new Results();
            Start(query, set, workers, log, results).Run();
            AssertIsAnswer(query, set, workers, results);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_known_answers_after_a_crash(string query)
    {
        foreach (var (index, set) in Goldens.Sets.Index())
        {
            using var log = SimulatedJob.OpenLog();
            var workers = 2 - (index % 2);
            var job = Start(query, set, workers, log, new Results());
            while (job.Status.RecordsRead < set.Events / 2) job.Step();
            job.Begin();
            while (job.Status.Checkpoints.Count == 0) job.Step();
            for (var step = 0; step < 30; step++) job.Step(); // lost with the crash
            job.Close();

            var results = new Results();
            job = Start(query, set, workers, log, results);
            Assert.True(job.StartedFrom > 0);
            job.Run();
            AssertIsAnswer(query, set, workers, results);
        }
    }

    private static SimulatedJob Start(string query, GoldenSet set, int workers, Log.LogStore log, Results results)
    {
        var pipeline = new Pipeline(query);
        Queries.All[query](pipeline, new NexmarkSource(set.Generator, set.Events, workers), results);
        return SimulatedJob.Start(pipeline, log, workers, seed: workers);
    }

    private static void AssertIsAnswer(string query, GoldenSet set, int workers, Results results)
    {
        var answer = set.Queries[query];
        Assert.True(
            (results.Rows, $"{results.Checksum:x16}") == (answer.Rows, answer.Checksum),
            $"{query}, {set}, {workers} workers: {results}; known is {answer.Rows} rows, checksum {answer.Checksum}.");
    }
}
