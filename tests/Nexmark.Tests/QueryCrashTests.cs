using Dataflow.Testing;

namespace Dataflow.Perf.Nexmark.Tests;

/// <summary>Every query gives the known answers if its job is dropped halfway and carries on from a checkpoint.</summary>
/// <remarks>Where <see cref="QueryTests"/> runs a set with one worker, here are two. The classes run side by side.</remarks>
public class QueryCrashTests
{
    private const int LostSteps = 30;

    public static TheoryData<string> Names => SimulatedQuery.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_known_answers_after_a_crash(string query)
    {
        foreach (var (index, set) in Goldens.Sets.Index())
        {
            using var log = SimulatedJob.OpenLog();
            var workers = 2 - (index % 2);
            var job = SimulatedQuery.Start(query, set, workers, log, new Results());
            while (job.Status.RecordsRead < set.Events / 2) job.Step();
            job.Begin();
            while (job.Status.Checkpoints.Count == 0) job.Step();
            for (var step = 0; step < LostSteps; step++) job.Step();
            job.Close();

            var results = new Results();
            job = SimulatedQuery.Start(query, set, workers, log, results);
            Assert.True(job.StartedFrom > 0);
            job.Run();
            SimulatedQuery.AssertIsAnswer(query, set, workers, results);
        }
    }
}
