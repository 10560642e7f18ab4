using System.Net;

namespace Dataflow.Dashboard.Tests;

/// <summary>Who may read and who may act.</summary>
public sealed class AccessTests
{
    private static readonly (string, string) s_right = ("dataflow-action-token", "act");

    [Theory]
    [InlineData("stop")]
    [InlineData("drain")]
    [InlineData("forget?name=orders")]
    [InlineData("dead-letters/replay")]
    public async Task Only_reads_unless_told_otherwise(string action)
    {
        await using var watched = await WatchedJob.OrdersAsync();

        var (status, detail) = await watched.SendAsync(HttpMethod.Post, $"api/v1/jobs/orders/{action}", s_right);

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Equal("This dashboard only reads. Start it with an ActionToken to let it act.", detail);
        Assert.Equal(JobState.Running, watched.Job.State);
        Assert.False((bool)(await watched.GetAsync("api/v1/jobs"))["access"]!["actions"]!);
    }

    [Theory]
    [InlineData("stop", JobState.Stopped)]
    [InlineData("drain", JobState.Finished)]
    public async Task Acts_for_who_has_the_token(string action, JobState state)
    {
        await using var watched = await WatchedJob.OrdersAsync(new DashboardServerOptions { ActionToken = "act" });
        var path = $"api/v1/jobs/orders/{action}";
        (string, string)[] wrong = [("dataflow-action-token", "ac"), ("authorization", "Bearer act"), ("dataflow-action-token", "")];
        foreach (var header in wrong)
            Assert.Equal(HttpStatusCode.Unauthorized, (await watched.SendAsync(HttpMethod.Post, path, header)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await watched.SendAsync(HttpMethod.Get, path, s_right)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await watched.SendAsync(HttpMethod.Post, "api/v1/jobs/orders/delete", s_right)).Status);
        Assert.Equal(JobState.Running, watched.Job.State);

        Assert.Equal(HttpStatusCode.Accepted, (await watched.SendAsync(HttpMethod.Post, path, s_right)).Status);

        await watched.Job.Completion.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(state, watched.Job.State);
        Assert.Equal(HttpStatusCode.Conflict, (await watched.SendAsync(HttpMethod.Post, path, s_right)).Status);
    }

    [Theory]
    [InlineData("api/v1/jobs")]
    [InlineData("api/v1/jobs/orders")]
    [InlineData("api/v1/jobs/orders/plan")]
    [InlineData("api/v1/openapi.json")]
    public async Task With_a_token_only_its_holder_reads(string path)
    {
        await using var watched = await WatchedJob.OrdersAsync(new DashboardServerOptions { Token = "read", ActionToken = "act" });

        Assert.Equal(HttpStatusCode.Unauthorized, (await watched.SendAsync(HttpMethod.Get, path)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await watched.SendAsync(HttpMethod.Get, path, ("authorization", "Bearer act"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await watched.SendAsync(HttpMethod.Get, path, ("authorization", "Bearer read"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await watched.SendAsync(HttpMethod.Get, "")).Status); // the page has no data, and asks for it
        Assert.Equal(HttpStatusCode.Unauthorized, (await watched.SendAsync(HttpMethod.Post, "api/v1/jobs/orders/stop", s_right)).Status);
    }

    [Theory]
    [InlineData("localhost", null, true)]
    [InlineData("[::1]:80", null, true)]
    [InlineData("evil.example", null, false)]
    [InlineData("localhost", "https://evil.example", false)]
    public async Task Without_a_token_no_page_of_the_Web_reads(string host, string? origin, bool isAnswered)
    {
        await using var watched = await WatchedJob.OrdersAsync();
        (string, string)[] headers = origin is null ? [("host", host)] : [("host", host), ("origin", origin)];
        foreach (var path in new[] { "", "api/v1/jobs" })
        {
            Assert.Equal(
                isAnswered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, (await watched.SendAsync(HttpMethod.Get, path, headers)).Status);
        }
    }

    [Fact]
    public async Task Listens_beyond_loopback_only_with_token_and_certificate()
    {
        await using var watched = await WatchedJob.OrdersAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => DashboardServer.StartAsync(
            watched.Job, new DashboardServerOptions { Address = IPAddress.Any, Token = "read" }, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentException>(() => DashboardServer.StartAsync(
            watched.Job, new DashboardServerOptions { ActionToken = "two words" }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_page_runs_scripts_of_its_own_only()
    {
        await using var watched = await WatchedJob.OrdersAsync();

        using var page = await watched.Client.GetAsync(watched.Uri(""), TestContext.Current.CancellationToken);

        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(HttpStatusCode.NotFound, (await watched.SendAsync(HttpMethod.Get, "no.js")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await watched.SendAsync(HttpMethod.Get, "../Dataflow.Dashboard.dll")).Status);
    }
}
