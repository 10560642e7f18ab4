using Dataflow.Log;
using Dataflow.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dataflow.Hosting.Tests;

/// <summary>A host of a test, with a folder for its log.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    public static readonly Topic<int> Numbers = Topic.Of<int>("numbers", partitions: 1);
    public static readonly Topic<int> Results = Topic.Of<int>("results", partitions: 1);

    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(
        TestContext.Current.CancellationToken);

    private IHost? _host;

    public TestHost(params (string Key, string Value)[] configuration)
    {
        _limit.CancelAfter(TimeSpan.FromMinutes(1));
        Builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = Folder.Path });
        Builder.Configuration.AddInMemoryCollection(configuration.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        Builder.Services.AddSingleton<ILoggerProvider>(Messages);
        Builder.Services.AddSingleton<TimeProvider>(Clock);
        Builder.Services.AddHealthChecks().AddDataflow();
    }

    public TemporaryFolder Folder { get; } = new();

    public SimulatedClock Clock { get; } = new();

    public KeptMessages Messages { get; } = new();

    public HostApplicationBuilder Builder { get; }

    public IHost Host => _host ??= Builder.Build();

    public IServiceProvider Services => Host.Services;

    public LogStore Log => (LogStore)Services.GetRequiredService<PartitionedLog>();

    public DataflowJobs Jobs => Services.GetRequiredService<DataflowJobs>();

    /// <summary>Triggered when the test is to stop, and after a minute: a host that hangs is to fail its test.</summary>
    public CancellationToken Stop => _limit.Token;

    public async Task<HealthReportEntry> CheckAsync(string tag)
        => (await Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains(tag), Stop)).Entries
            .Single().Value;

    /// <summary>Waits until something holds; time of the host's clock passes meanwhile.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        for (; !holds(); Stop.ThrowIfCancellationRequested())
        {
            Clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
    }

    /// <summary>Waits until a topic has these results, in some order.</summary>
    public Task UntilIsAsync(Topic<int> topic, params int[] results)
        => UntilAsync(() => Log.TryGetTopic(topic.Name, out _) && topic.ReadAll(Log).Order().SequenceEqual(results));

    public async Task UntilReadAsync(string pipeline, long records)
    {
        var job = await Jobs.WhenStartedAsync(pipeline, Stop);
        await UntilAsync(() => job.Status.RecordsRead >= records);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host?.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.IsCancellationRequested == true)
            await _host.StopAsync(new CancellationToken(canceled: true));
        if (_host is not null) await ((IAsyncDisposable)_host).DisposeAsync();

        Folder.Dispose();
        _limit.Dispose();
    }
}
