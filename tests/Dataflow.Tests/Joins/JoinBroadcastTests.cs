using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Joins;

public class JoinBroadcastTests
{
    [Fact]
    public void Agrees_with_LINQ_also_after_a_restart_with_other_workers()
        => Gen.Select(Reading.Disordered(0), Reading.Disordered(0), Gen.Int[1, 3], Gen.Int[1, 3]).Sample(
            (values, rules, before, after) =>
            {
                using var log = SimulatedJob.OpenLog();
                log.Append("rules", rules.Prepend(new Reading("s0", 0, 0)));
                log.Append("values", values.Take(values.Length / 2));
                log.Append("values", new[] { new Reading("s0", 0, -1000) });
                var results = Sink.Memory<(int, int)>();
                var job = SimulatedJob.Start(Joined(results, fits: false), log, before);
                job.RunUntilIdle();
                job.Checkpoint();
                job.Close();
                Assert.Empty(results.Committed);

                log.Append("values", values);
                job = SimulatedJob.Start(Joined(results, fits: true), log, after);
                job.RunUntilIdle();
                job.Checkpoint();

                var latest = rules.Prepend(new Reading("s0", 0, 0)).GroupBy(r => r.Sensor).Select(g => g.Last()).ToList();
                var expected = values.SelectMany(v => latest.Where(r => v.Value > r.Value), (v, r) => (v.Value, r.Value));
                Assert.Equal(expected.Order(), results.Committed.Order());
                Assert.Equal(
                    values.Count(v => !latest.Exists(r => v.Value > r.Value)),
                    job.Status.Steps.Single(step => step.Name == "join-broadcast").Unmatched);
                job.Close();
            },
            iter: 20);

    [Fact]
    public void Stops_where_the_users_function_fails()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("rules", [new Reading("a", 0, 1)]);
        log.Append("values", [new Reading("a", 0, 2)]);
        var pipeline = new Pipeline("rules");
        pipeline.From(Topic.Of<Reading>("values"))
            .JoinBroadcast(
                pipeline.From(Topic.Of<Reading>("rules")).KeyBy(r => r.Sensor), (_, _) => true,
                int (_, _) => throw new InvalidOperationException("No."))
            .To(Sink.Memory<int>());
        var job = SimulatedJob.Start(pipeline, log);
        var error = Assert.Throws<OperatorException>(() =>
        {
            job.RunUntilIdle();
            log.Append("values", [new Reading("a", 0, 2)]);
            job.RunUntilIdle();
        });
        Assert.Equal("join-broadcast", error.Step);
        job.Close();
    }

    private static Pipeline Joined(MemorySink<(int, int)> results, bool fits)
    {
        var pipeline = new Pipeline("rules");
        pipeline.From(Topic.Of<Reading>("values"))
            .JoinBroadcast(
                pipeline.From(Topic.Of<Reading>("rules")).KeyBy(r => r.Sensor),
                (value, rule) => fits && value.Value > rule.Value,
                (value, rule) => (value.Value, rule.Value))
            .To(results);
        return pipeline;
    }
}
