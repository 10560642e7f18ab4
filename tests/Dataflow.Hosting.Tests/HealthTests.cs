using Dataflow.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Dataflow.Hosting.Tests;

/// <summary>Each reason for which a host is not ready or not live, with its cause.</summary>
public class HealthTests
{
    private const int FirstBatch = 1024;

    [Fact]
    public async Task A_host_that_runs_is_live_and_ready_with_numbers_in_the_data()
    {
        await using var host = Waiting();
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("numbers", [1]);
        await host.UntilReadAsync("waits", 1);

        var ready = await host.CheckAsync("ready");
        Assert.Equal((HealthStatus.Healthy, HealthStatus.Healthy), (ready.Status, (await host.CheckAsync("live")).Status));
        Assert.Equal(("Running", 0L), (ready.Data["waits.state"], ready.Data["waits.lag"]));
        Assert.True((long)ready.Data["log.freeBytes"] > 0);
        Assert.True(ready.Data.ContainsKey("waits.checkpointAgeSeconds"));
    }

    [Fact]
    public async Task Before_its_state_is_restored_a_pipeline_is_live_and_not_ready()
    {
        await using var host = Waiting();

        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("live")).Status);
        await NotReadyAsync(host, "Pipeline 'waits' is starting: it restores its state.");
    }

    [Fact]
    public async Task A_pipeline_that_waits_for_its_restart_is_not_ready()
    {
        await using var host = new TestHost();
        host.Builder.Services.AddDataflow().AddPipeline(
            "passing",
            (pipeline, _) => pipeline.From(TestHost.Numbers)
                .Select(int (_) => throw new DataflowException("secret") { IsTransient = true }).To(TestHost.Results),
            options => options.RestartDelay = TimeSpan.FromMinutes(1));
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("numbers", [1]);
        var job = await host.Jobs.WhenStartedAsync("passing", host.Stop);
        while (job.State != JobState.Restarting) await Task.Delay(1, host.Stop);

        var description = await NotReadyAsync(host, "Pipeline 'passing' restarts after an error. Step 'select' failed on numbers[0]@0");
        Assert.DoesNotContain("secret", description, StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("live")).Status);
    }

    [Fact]
    public async Task A_step_that_hangs_makes_checkpoints_old_and_in_the_end_the_pipeline_not_live()
    {
        await using var host = Waiting(("Dataflow:Health:MaxStepTime", "00:05:00"));
        using var gate = new Gate();
        host.Builder.Services.AddSingleton(gate);
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("numbers", [FirstBatch]);
        gate.Reached.Wait(host.Stop);
        var job = await host.Jobs.WhenStartedAsync("waits", host.Stop);
        await host.UntilAsync(() => job.Status.Stages[0].AtHand.Count > 0);
        await host.CheckAsync("ready");

        host.Clock.Advance(TimeSpan.FromMinutes(2));
        var description = await NotReadyAsync(host, "Pipeline 'waits' has had no checkpoint for 1");
        Assert.Contains("Step 'select'", description, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("live")).Status);

        host.Clock.Advance(TimeSpan.FromMinutes(4));
        var live = await host.CheckAsync("live");
        Assert.StartsWith("Pipeline 'waits': step 'select' has not come back for 3", live.Description, StringComparison.Ordinal);
        gate.Open();
    }

    [Fact]
    public async Task Event_time_that_is_too_far_behind_makes_a_pipeline_not_ready_and_the_reason_names_the_split()
    {
        await using var host = new TestHost(("Dataflow:Health:MaxWatermarkDelay", "00:10:00"));
        var moments = Topic.Of<long>("moments", partitions: 1);
        host.Builder.Services.AddDataflow().AddPipeline("late", (pipeline, _) => pipeline.From(moments)
            .WithEventTime(ms => ms, maxOutOfOrderness: TimeSpan.Zero).KeyBy(ms => 0)
            .Window(Tumbling.Every(TimeSpan.FromHours(1))).Aggregate(a => a.Count(), (_, _, count) => count)
            .To(Topic.Of<long>("counts", partitions: 1)));
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("moments", [host.Clock.GetUtcNow().AddMinutes(-5).ToUnixTimeMilliseconds()]);
        await host.UntilReadAsync("late", 1);
        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("ready")).Status);

        host.Clock.Advance(TimeSpan.FromMinutes(6));
        await host.UntilAsync(() => host.Jobs.Get("late").Status.Checkpoints.SinceLast < TimeSpan.FromMinutes(1));

        var description = await NotReadyAsync(host, "Pipeline 'late': event time is ");
        Assert.Contains("more than 600 s. Split 'moments[0]' is the furthest behind", description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lag_beyond_its_bound_makes_a_pipeline_not_ready()
    {
        await using var host = Waiting(("Dataflow:Pipelines:waits:Health:MaxLag", "1000"));
        using var gate = new Gate();
        host.Builder.Services.AddSingleton(gate);
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("numbers", Enumerable.Range(0, 5000));
        gate.Reached.Wait(host.Stop);
        await host.Jobs.WhenStartedAsync("waits", host.Stop);

        await NotReadyAsync(host, "Pipeline 'waits' has 3,976 records ahead of it, more than 1,000.");
        gate.Open();
    }

    [Fact]
    public async Task A_disk_that_is_nearly_full_makes_a_host_not_ready()
    {
        await using var host = Waiting(("Dataflow:MinFreeBytes", $"{long.MaxValue}"));
        await host.Host.StartAsync(host.Stop);
        await host.UntilReadAsync("waits", 0);

        await NotReadyAsync(host, "The disk of the log has ");
    }

    [Fact]
    public async Task A_pipeline_that_somebody_stopped_is_live_and_not_ready()
    {
        await using var host = Waiting();
        await host.Host.StartAsync(host.Stop);
        await (await host.Jobs.WhenStartedAsync("waits", host.Stop)).StopAsync(host.Stop);

        await NotReadyAsync(host, "Pipeline 'waits' was stopped.");
        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("live")).Status);
    }

    private static async Task<string> NotReadyAsync(TestHost host, string reason)
    {
        var ready = await host.CheckAsync("ready");
        Assert.Equal(HealthStatus.Unhealthy, ready.Status);
        Assert.StartsWith(reason, ready.Description, StringComparison.Ordinal);
        return ready.Description!;
    }

    /// <summary>A host with a pipeline that waits for the gate among its services, if there is one, after the first batch.</summary>
    private static TestHost Waiting(params (string Key, string Value)[] configuration)
    {
        var host = new TestHost(configuration);
        host.Builder.Services.AddDataflow().AddPipeline("waits", (pipeline, services) => pipeline.From(TestHost.Numbers).Select(x =>
        {
            if (x >= FirstBatch) services.GetService<Gate>()?.Pass();
            return x;
        }).To(TestHost.Results), options => options.Workers = 1);
        return host;
    }
}
