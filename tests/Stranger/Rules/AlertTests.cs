using System.Globalization;
using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Rules;

/// <summary>A step whose second stream goes to every worker, and which counts without a key.</summary>
public sealed class AlertTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    public void Every_worker_knows_all_rules_and_other_workers_go_on_with_what_was_counted(int before, int after)
    {
        _log.Write("rules", [new(0, 0, 2), new(1, 0, 3), new(2, 0, 5)]);
        Run(before, drains: false);
        Run(before, drains: false, Input.Readings(seed: 23));
        Run(after, drains: true, Input.Readings(seed: 24));

        var results = _log.Sorted("alerts");
        var seen = results.Where(static result => result.StartsWith("seen", StringComparison.Ordinal)).ToList();
        Assert.Equal(480, seen.Sum(static result => long.Parse(result[5..], CultureInfo.InvariantCulture)));
        Assert.Equal(2, results.Count(static result => result == "30: 2 3 5"));
        Assert.Equal(2, results.Count(static result => result == "14: 2"));
    }

    private void Run(int workers, bool drains, params IReadOnlyList<Reading> readings)
    {
        _log.Write("readings", readings);
        var pipeline = new Pipeline("alerts");
        pipeline.From(Topic.Of<Reading>("readings")).Select(static reading => reading.Value)
            .Alert(
                pipeline.From(Topic.Of<Reading>("rules")).Select(static rule => $"{rule.Value}"),
                static (value, rule) => value % int.Parse(rule, CultureInfo.InvariantCulture) == 0)
            .To(Topic.Of<string>("alerts"));
        var job = SimulatedJob.Start(pipeline, _log, workers);
        job.RunUntilIdle();
        if (drains) job.Drain();
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
    }
}
