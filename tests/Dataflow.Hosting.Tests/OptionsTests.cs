using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Dataflow.Hosting.Tests;

public class OptionsTests
{
    [Fact]
    public async Task Options_of_all_pipelines_come_from_the_section_and_those_of_one_from_its_own_and_code_has_the_last_word()
    {
        await using var host = new TestHost(
            ("Dataflow:Directory", "there"), ("Dataflow:Workers", "3"), ("Dataflow:Health:MaxLag", "7"), ("Dataflow:Admin:Port", "1"),
            ("Dataflow:Pipelines:two:Workers", "2"), ("Dataflow:Pipelines:two:CheckpointInterval", "00:00:05"));
        host.Builder.Services.AddDataflow(options => options.MinFreeBytes = 1)
            .AddPipeline("one", Copy("one")).AddPipeline("two", Copy("two"), options => options.Workers = 1);
        await host.Host.StartAsync(host.Stop);

        var (one, two) = (await host.Jobs.WhenStartedAsync("one", host.Stop), await host.Jobs.WhenStartedAsync("two", host.Stop));
        var options = host.Services.GetRequiredService<IOptionsMonitor<PipelineOptions>>();
        Assert.Equal(host.Folder["there"], host.Log.Directory);
        Assert.Equal((3, 1), (Workers(one), Workers(two)));
        Assert.Equal((7, TimeSpan.FromSeconds(5)), (options.Get("two").Health.MaxLag!.Value, options.Get("two").CheckpointInterval));
    }

    [Fact]
    public async Task Wrong_options_are_all_told_by_their_keys_when_the_host_starts()
    {
        await using var host = new TestHost(
            ("Dataflow:Workers", "0"), ("Dataflow:Worker", "1"), ("Dataflow:MinFreeBytes", "-1"),
            ("Dataflow:Pipelines:one:CheckpointInterval", "-00:00:01"), ("Dataflow:Pipelines:one:Health:MaxLagg", "1"),
            ("Dataflow:Pipelines:tow:Workers", "1"));
        host.Builder.Services.AddDataflow().AddPipeline("one", Copy("one"), options => options.Health.MaxStepTime = TimeSpan.Zero);

        var error = await Assert.ThrowsAsync<AggregateException>(() => host.Host.StartAsync(host.Stop));

        Assert.Equal(
            [
                "Dataflow:MinFreeBytes is -1; it must be 0 or more.",
                "Dataflow:Pipelines:one:CheckpointInterval is -00:00:01; it must be at least 1 ms.",
                "Dataflow:Pipelines:one:Health:MaxLagg: there is no such option. There are MaxCheckpointAge, MaxWatermarkDelay, MaxLag, "
                    + "MaxStepTime.",
                "Dataflow:Pipelines:one:Health:MaxStepTime is 00:00:00; it must be more than 0.",
                "Dataflow:Pipelines:tow: there is no such pipeline. There is one.",
                "Dataflow:Worker: there is no such option. There are Directory, MinFreeBytes, Workers, CheckpointInterval, "
                    + "MaxWatermarkDrift, MaxRestarts, RestartDelay, StopHostOnFailure, Shutdown, Health.",
                "Dataflow:Workers is 0; it must be from 1 to 64.",
            ],
            error.InnerExceptions.Cast<OptionsValidationException>().SelectMany(fault => fault.Failures).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_value_that_is_none_is_told_by_its_key()
    {
        await using var host = new TestHost(("Dataflow:Pipelines:one:CheckpointInterval", "soon"));
        host.Builder.Services.AddDataflow().AddPipeline("one", Copy("one"));

        var error = await Assert.ThrowsAnyAsync<Exception>(() => host.Host.StartAsync(host.Stop));

        Assert.Contains("Dataflow:Pipelines:one:CheckpointInterval", error.Message, StringComparison.Ordinal);
    }

    private static int Workers(Job job) => job.Status.Stages.Select(stage => stage.Worker).Distinct().Count();

    private static Action<Pipeline, IServiceProvider> Copy(string to)
        => (pipeline, _) => pipeline.From(TestHost.Numbers).KeyBy(x => x).LatestBy(x => x).Changes().Values().Select(change => change.New)
            .To(Topic.Of<int>(to, partitions: 1));
}
