using Dataflow.Testing;

namespace Dataflow.Perf.Nexmark.Tests;

/// <summary>Queries on sets of events whose answers are known.</summary>
internal static class SimulatedQuery
{
    public static TheoryData<string> Names => [.. Queries.All.Keys];

    public static SimulatedJob Start(string query, GoldenSet set, int workers, Log.LogStore log, Results results)
        => Start(query, AuctionHouse.Made(set.Generator, set.Events, workers), workers, log, results);

    public static SimulatedJob Start(string query, AuctionHouse house, int workers, Log.LogStore log, Results results)
    {
        var pipeline = new Pipeline(query);
        Queries.All[query](pipeline, house, results);
        return SimulatedJob.Start(pipeline, log, workers, seed: workers);
    }

    public static void AssertIsAnswer(string query, GoldenSet set, int workers, Results results)
    {
        var answer = set.Queries[query];
        Assert.True(
            (results.Rows, $"{results.Checksum:x16}") == (answer.Rows, answer.Checksum),
            $"{query}, {set}, {workers} workers: {results}; known is {answer.Rows} rows, checksum {answer.Checksum}.");
    }
}
