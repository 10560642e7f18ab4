using System.Net;
using Dataflow.Tests;

namespace Dataflow.Dashboard.Tests;

/// <summary>A job that restarts or ends while the dashboard is open.</summary>
public sealed class RestartTests
{
    private static readonly JobOptions s_restarts = new() { Workers = 1, Restarts = RestartPolicy.ExponentialDelay(5, TimeSpan.Zero) };

    [Fact]
    public async Task Goes_on_with_a_job_that_restarts()
    {
        var left = 3;
        var pipeline = new Pipeline("fails");
        pipeline.From(Topic.Of<int>("numbers", partitions: 1))
            .Select(number => left-- <= 0 ? number : throw new DataflowException("Busy.") { IsTransient = true }, name: "try")
            .To(Topic.Of<int>("out", partitions: 1));
        await using var watched = await WatchedJob.StartAsync(pipeline, jobOptions: s_restarts);
        watched.Tick();
        await watched.GetAsync("api/v1/jobs/fails");

        watched.Log.Append("numbers", Enumerable.Range(0, 10));
        await watched.WaitAsync(status => status.Restarts == 3 && status.RecordsRead == 10);
        watched.Tick();

        var view = await watched.GetAsync("api/v1/jobs/fails");
        Assert.Equal((3, 10L), ((int)view["summary"]!["restarts"]!, (long)view["summary"]!["recordsRead"]!));
        Assert.Equal(HttpStatusCode.OK, (await watched.SendAsync(HttpMethod.Get, "api/v1/jobs/fails/topics")).Status);
    }

    [Fact]
    public async Task Says_so_where_the_log_is_closed()
    {
        await using var watched = await WatchedJob.OrdersAsync();
        await watched.Job.StopAsync(TestContext.Current.CancellationToken);
        await watched.Log.DisposeAsync();
        watched.Tick();

        Assert.Equal(HttpStatusCode.OK, (await watched.SendAsync(HttpMethod.Get, "api/v1/jobs/orders")).Status);
        var (status, _) = await watched.SendAsync(HttpMethod.Get, "api/v1/jobs/orders/topics");
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{status}");
    }

    [Fact]
    public async Task Answers_again_once_the_jobs_can_be_listed_again()
    {
        await using var watched = await WatchedJob.OrdersAsync();
        var fails = true;
        await using var server = await DashboardServer.StartAsync(
            () => fails ? throw new InvalidOperationException("secret") : [watched.Job],
            new DashboardServerOptions { Port = 0, Time = watched.Clock }, TestContext.Current.CancellationToken);
        using (var answer = await watched.Client.GetAsync(new Uri(server.Uri, "api/v1/jobs"), TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
            Assert.DoesNotContain(
                "secret", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        fails = false;
        watched.Tick();

        using var now = await watched.Client.GetAsync(new Uri(server.Uri, "api/v1/jobs"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, now.StatusCode);
    }
}
