using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Profiles;

/// <summary>State of a step that is read from outside while its job runs.</summary>
public sealed class ProfileTests : StepContract
{
    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 7);

    private readonly Profiles<int> _profiles = new();

    protected override IReadOnlyList<string> Expected => Texts(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Texts(All.Where(static reading => reading.Value != Broken));

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 1)]
    [InlineData(2, 3)]
    public void A_read_finds_what_the_job_has_computed_also_after_a_restart_with_other_workers(int before, int after)
    {
        using var log = SimulatedJob.OpenLog();
        log.Write("readings", [new(0, 1, 10), new(0, 2, 20), new(1, 3, 5)]);
        var job = SimulatedJob.Start(Reading(), log, before);
        job.RunUntilIdle();
        Assert.Equal(new Profile(2, 15), job.Ask(_ => _profiles.GetAsync(0)));
        job.Checkpoint();
        job.Close();

        log.Write("readings", [new(1, 4, 15)]);
        var again = SimulatedJob.Start(Reading(), log, after);
        again.RunUntilIdle();
        Assert.Equal(new Profile(2, 15), again.Ask(_ => _profiles.GetAsync(0)));
        Assert.Equal(new Profile(2, 10), again.Ask(_ => _profiles.GetAsync(1)));
        Assert.Equal(default, again.Ask(_ => _profiles.GetAsync(9)));
        again.Close();
    }

    [Fact]
    public async Task Reads_come_through_while_workers_are_busy_and_end_with_the_job()
    {
        await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        log.Write("readings", Input.Readings(seed: 8, count: 20_000));
        var job = await Reading().StartAsync(new JobOptions { Log = log, Workers = 3 }, TestContext.Current.CancellationToken);
        var last = 0L;
        while (last < 1_000)
        {
            var count = (await _profiles.GetAsync(4, TestContext.Current.CancellationToken)).Count;
            Assert.True(count >= last);
            last = count;
        }

        await job.DisposeAsync();
        Assert.Throws<InvalidOperationException>(() => { _ = _profiles.GetAsync(4, TestContext.Current.CancellationToken); });
    }

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.Readings("readings").Profile(_profiles, reading => Check(reading.Value, fails)).Values()
            .Select(static profile => $"{profile.Count}: {profile.Mean:F6}").To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static string[] Texts(IEnumerable<Reading> readings)
        => [.. readings.GroupBy(static reading => reading.Key).SelectMany(static key =>
        {
            var (count, mean) = (0, 0.0);
            return key.Select(reading => $"{++count}: {mean += (reading.Value - mean) / count:F6}").ToList();
        }).Order(StringComparer.Ordinal)];

    private Pipeline Reading()
    {
        var pipeline = Begin(fails: false);
        pipeline.From(Topic.Of<Reading>("readings")).KeyBy(static reading => reading.Key)
            .Profile(_profiles, static reading => reading.Value);
        return pipeline;
    }
}
