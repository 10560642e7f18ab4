using System.Net;
using System.Text.Json.Nodes;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Dashboard.Tests;

/// <summary>A job on a log in memory with a dashboard whose clock the test moves.</summary>
internal sealed class WatchedJob : IAsyncDisposable
{
    private WatchedJob(LogStore log, Job job) => (Log, Job) = (log, job);

    public LogStore Log { get; }

    public Job Job { get; }

    public SimulatedClock Clock { get; } = new();

    public HttpClient Client { get; } = new();

    public DashboardServer Server { get; private set; } = null!;

    /// <summary>A job that leaves records out in each way. It has read all, and is still but for its checkpoints.</summary>
    public static async Task<WatchedJob> OrdersAsync(DashboardServerOptions? options = null, int workers = 2)
    {
        var watched = await StartAsync(Orders.Pipeline(), Orders.FillAsync, options, new JobOptions { Workers = workers });
        await watched.WaitAsync(Orders.HasClosedWindows);
        Orders.AddLate(watched.Log);
        await watched.WaitAsync(StatusTests.IsRead);
        watched.Tick();
        return watched;
    }

    public static async Task<WatchedJob> StartAsync(
        Pipeline pipeline, Func<LogStore, Task>? fill = null, DashboardServerOptions? options = null, JobOptions? jobOptions = null)
    {
        var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        if (fill is not null) await fill(log);
        var job = await pipeline.StartAsync((jobOptions ?? new JobOptions()) with { Log = log }, TestContext.Current.CancellationToken);
        var watched = new WatchedJob(log, job);
        watched.Server = await DashboardServer.StartAsync(
            job, (options ?? new()) with { Port = 0, Time = watched.Clock }, TestContext.Current.CancellationToken);
        return watched;
    }

    /// <summary>Waits until the status satisfies a condition.</summary>
    public async Task<JobStatus> WaitAsync(Func<JobStatus, bool> condition)
    {
        for (var waited = 0; waited < 6000; waited++)
        {
            if (Job.Status is var status && condition(status)) return status;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"In a minute it did not come to it: {Job.Status}\n{string.Join('\n', Job.Status.Steps)}\n{Job.Diagnose()}");
        return null!;
    }

    /// <summary>Moves the dashboard's clock by a second, so that it looks at the job anew.</summary>
    public void Tick(int seconds = 1) => Clock.Advance(TimeSpan.FromSeconds(seconds));

    public async Task<JsonNode> GetAsync(string path)
        => JsonNode.Parse(await Client.GetStringAsync(Uri(path), TestContext.Current.CancellationToken))!;

    public async Task<(HttpStatusCode Status, string Detail)> SendAsync(
        HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, Uri(path));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var isDetail = body.StartsWith("{\"detail\"", StringComparison.Ordinal);
        return (response.StatusCode, isDetail ? (string)JsonNode.Parse(body)!["detail"]! : body);
    }

    public Uri Uri(string path) => new(Server.Uri, path);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Job.DisposeAsync();
        await Log.DisposeAsync();
        Client.Dispose();
    }
}
