using System.Net;
using Dataflow.Log;
using Dataflow.Tests;

namespace Dataflow.Dashboard.Tests;

/// <summary>The API shows groups and checkpoints of a job's log, and deletes topics.</summary>
public sealed class LogTests
{
    private static readonly (string, string) s_token = ("dataflow-action-token", "act");

    [Fact]
    public async Task Lists_groups_and_the_checkpoint_that_the_next_start_carries_on_from()
    {
        await using var watched = await WatchedJob.OrdersAsync();
        await watched.WaitAsync(static status => status.Checkpoints.Count > 0);
        var commit = new LogCommit();
        commit.SetGroupOffset("billing", "orders-in", 2, 10);
        await watched.Log.CommitAsync(commit, TestContext.Current.CancellationToken);
        await watched.Job.StopAsync(TestContext.Current.CancellationToken);
        watched.Tick();

        var groups = (await watched.GetAsync("api/v1/jobs/orders/groups"))["groups"]!.AsArray();
        var saved = (await watched.GetAsync("api/v1/jobs/orders/checkpoints"))["checkpoints"]![0]!;

        var group = Assert.Single(groups)!;
        Assert.Equal(
            ("billing", "orders-in", 2, 10L, watched.Log.GetTopic("orders-in").EndOffset(2)),
            ((string)group["group"]!, (string)group["topic"]!, (int)group["partition"]!, (long)group["offset"]!, (long)group["end"]!));
        Assert.Equal(watched.Job.Status.Checkpoints.Last, (long)saved["number"]!);
        Assert.Equal(
            watched.Job.Status.Splits.Select(static split => $"{split.Name}@{split.Position}").Order(),
            saved["positions"]!.AsArray().Select(static found => $"{found!["split"]}@{found["position"]}").Order());
    }

    [Fact]
    public async Task Deletes_a_topic_that_nobody_needs_for_who_has_the_token_and_confirms_its_name()
    {
        await using var watched = await WatchedJob.OrdersAsync(new DashboardServerOptions { ActionToken = "act" });
        watched.Log.Append("old", ["a", "b"]);

        async Task<(HttpStatusCode Status, string Detail)> DeleteAsync(string topic, string query, params (string, string)[] headers)
            => await watched.SendAsync(HttpMethod.Post, $"api/v1/jobs/orders/topics/{topic}/delete{query}", headers);

        Assert.Equal(HttpStatusCode.Unauthorized, (await DeleteAsync("old", "?name=old")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await DeleteAsync("old", "?name=other", s_token)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await DeleteAsync("none", "?name=none", s_token)).Status);
        var (needed, reason) = await DeleteAsync("orders-in", "?name=orders-in", s_token);
        Assert.Equal(HttpStatusCode.Conflict, needed);
        Assert.Contains("The job of pipeline 'orders' reads or writes it. Stop it first.", reason, Ordinal); // dead letters may need it too
        Assert.Contains("\"records\":2,\"isDone\":false", (await DeleteAsync("old", "?name=old&dryRun=true", s_token)).Detail, Ordinal);
        Assert.True(watched.Log.TryGetTopic("old", out _));
        watched.Log.Append("mine.checkpoints", ["no checkpoint"]);
        var (unknown, why) = await DeleteAsync("old", "?name=old", s_token);
        Assert.Equal(HttpStatusCode.Conflict, unknown);
        Assert.Contains("'mine.checkpoints'", why, Ordinal);
        await watched.Log.DeleteTopicAsync("mine.checkpoints", TestContext.Current.CancellationToken);

        Assert.Contains("\"records\":2,\"isDone\":true", (await DeleteAsync("old", "?name=old", s_token)).Detail, Ordinal);
        Assert.False(watched.Log.TryGetTopic("old", out _));
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;
}
