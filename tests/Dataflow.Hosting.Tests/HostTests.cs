using Dataflow.Log;
using Dataflow.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Dataflow.Hosting.Tests;

public class HostTests
{
    private const int HostStops = 200, TookTooLong = 201;

    [Fact]
    public async Task Two_pipelines_share_a_log_and_carry_on_from_their_last_checkpoints_after_a_stop()
    {
        var folder = new TemporaryFolder();
        for (var start = 0; start < 2; start++)
        {
            await using var host = Doubling();
            host.Builder.Services.Configure<DataflowOptions>(options => options.Directory = folder["log"]);
            await host.Host.StartAsync(host.Stop);
            host.Log.Append("numbers", [1 + start]);
            await host.UntilReadAsync("double", 1);
            await host.UntilReadAsync("add", 1);
            await host.Host.StopAsync(host.Stop);

            Assert.Equal([JobState.Stopped, JobState.Stopped], host.Jobs.All.Select(job => job.State));
            Assert.Equal(start == 1, host.Jobs.Get("add").StartedFrom > 0);
        }

        using var log = LogStore.Open(folder["log"]); // which the container has closed
        Assert.Equal([3, 5], TestHost.Results.ReadAll(log));
        folder.Dispose();
    }

    [Fact]
    public async Task A_pipeline_that_fails_for_good_stops_the_host()
    {
        await using var host = Failing(new FormatException("secret"));
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("numbers", [1]);

        await host.Host.WaitForShutdownAsync(host.Stop);

        Assert.Single(host.Messages.Of(HostStops));
        Assert.Equal(1, Environment.ExitCode);
        Environment.ExitCode = 0;
    }

    [Fact]
    public async Task A_host_that_is_to_go_on_does_and_is_neither_live_nor_ready()
    {
        await using var host = Failing(new FormatException("secret"), options => options.StopHostOnFailure = false);
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("numbers", [1]);
        var job = await host.Jobs.WhenStartedAsync("failing", host.Stop);
        await host.UntilAsync(() => job.State == JobState.Failed);

        foreach (var tag in new[] { "live", "ready" })
        {
            await host.UntilAsync(() => host.CheckAsync(tag).Result.Description is not null);
            var description = (await host.CheckAsync(tag)).Description!;
            Assert.StartsWith(
                "Pipeline 'failing' has failed: Step 'select' failed on numbers[0]@0: System.FormatException at ", description,
                StringComparison.Ordinal);
            Assert.DoesNotContain("secret", description, StringComparison.Ordinal);
        }

        Assert.Empty(host.Messages.Of(HostStops));
        Assert.DoesNotContain(host.Messages.All, message => message.Text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_an_error_that_may_pass_the_same_job_goes_on()
    {
        await using var host = Failing(new DataflowException("It passes.") { IsTransient = true }, fails: 1);
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("numbers", [1]);
        var job = await host.Jobs.WhenStartedAsync("failing", host.Stop);

        await host.UntilAsync(() => job.Status is { Restarts: 1, State: JobState.Running, Checkpoints.Count: > 0, RecordsRead: 1 });

        Assert.Same(job, host.Jobs.Get("failing"));
        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("ready")).Status);
    }

    [Fact]
    public async Task A_pipeline_that_is_wrong_as_written_fails_the_start_of_the_host()
    {
        await using var host = new TestHost();
        host.Builder.Services.AddDataflow().AddPipeline("empty", (_, _) => { });

        await Assert.ThrowsAsync<PlanException>(() => host.Host.StartAsync(host.Stop));
    }

    [Fact]
    public void Two_pipelines_cannot_have_one_name()
    {
        var dataflow = new ServiceCollection().AddDataflow().AddPipeline("one", (_, _) => { });

        Assert.StartsWith(
            "The host has a pipeline 'one' already.",
            Assert.Throws<ArgumentException>(() => dataflow.AddPipeline("one", (_, _) => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipeline_that_hangs_holds_the_shutdown_up_no_longer_than_the_host_s_time()
    {
        await using var host = new TestHost();
        using var gate = new Gate();
        host.Builder.Services.AddDataflow().AddPipeline("hangs", (pipeline, _) => pipeline.From(TestHost.Numbers).Select(x =>
        {
            gate.Pass();
            return x;
        }).To(TestHost.Results));
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("numbers", [1]);
        gate.Reached.Wait(host.Stop);
        using var time = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        var stopping = host.Host.StopAsync(time.Token);

        await Record.ExceptionAsync(() => stopping.WaitAsync(host.Stop));
        Assert.Single(host.Messages.Of(TookTooLong));
        gate.Open();
        await host.Jobs.Get("hangs").Completion.WaitAsync(host.Stop);
    }

    [Fact]
    public async Task A_pipeline_that_is_to_drain_at_shutdown_finishes()
    {
        await using var host = Doubling(("Dataflow:Pipelines:add:Shutdown", "drain"));
        await host.Host.StartAsync(host.Stop);
        await host.Jobs.WhenStartedAsync("add", host.Stop);
        await host.Jobs.WhenStartedAsync("double", host.Stop);

        await host.Host.StopAsync(host.Stop);

        Assert.Equal((JobState.Finished, JobState.Stopped), (host.Jobs.Get("add").State, host.Jobs.Get("double").State));
    }

    [Fact]
    public async Task A_host_may_give_a_log_of_its_own()
    {
        await using var host = Doubling();
        host.Builder.Services.AddDataflow()
            .UseLog(_ => LogStore.Open("memory", new LogOptions { Durability = Durability.Memory }));
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("numbers", [4]);
        await host.UntilIsAsync(TestHost.Results, 9);

        Assert.Empty(Directory.EnumerateFileSystemEntries(host.Folder.Path));
    }

    private static TestHost Doubling(params (string Key, string Value)[] configuration)
    {
        var host = new TestHost(configuration);
        var doubled = Topic.Of<int>("doubled", partitions: 1);
        host.Builder.Services.AddDataflow()
            .AddPipeline("double", (pipeline, _) => pipeline.From(TestHost.Numbers).Select(x => 2 * x).To(doubled))
            .AddPipeline("add", (pipeline, _) => pipeline.From(doubled).Select(x => x + 1).To(TestHost.Results));
        return host;
    }

    private static TestHost Failing(Exception error, Action<PipelineOptions>? configure = null, int fails = int.MaxValue)
    {
        var host = new TestHost();
        host.Builder.Services.AddDataflow().AddPipeline(
            "failing",
            (pipeline, _) => pipeline.From(TestHost.Numbers).Select(x => fails-- > 0 ? throw error : x).To(TestHost.Results),
            configure);
        return host;
    }
}
