using System.Net;
using System.Text;
using Dataflow.Log;
using Dataflow.Tests;

namespace Dataflow.Dashboard.Tests;

/// <summary>Topics and dead letters.</summary>
public sealed class TopicTests
{
    private static readonly DashboardServerOptions s_values = new() { ShowsValues = true };

    [Fact]
    public async Task Lists_topics_with_the_offsets_of_their_partitions()
    {
        await using var watched = await WatchedJob.OrdersAsync();

        var topics = (await watched.GetAsync("api/v1/jobs/orders/topics"))["topics"]!.AsArray();

        var orders = topics.Single(topic => (string)topic!["name"]! == "orders-in")!;
        Assert.Equal(
            [(0L, 240L), (0L, 240L), (0L, 280L), (0L, 240L)],
            orders["partitions"]!.AsArray().Select(partition => ((long)partition!["start"]!, (long)partition["end"]!)));
        Assert.Contains("counts", topics.Select(topic => (string)topic!["name"]!));
    }

    [Fact]
    public async Task Shows_values_only_where_the_owner_has_said_so()
    {
        await using var watched = await WatchedJob.OrdersAsync();
        await WaitForLettersAsync(watched);

        var (status, _) = await watched.SendAsync(HttpMethod.Get, "api/v1/jobs/orders/topics/orders-in/records");
        Assert.Equal(HttpStatusCode.Forbidden, status);
        var letters = await watched.GetAsync("api/v1/jobs/orders/dead-letters");
        Assert.All(letters["groups"]!.AsArray(), group => Assert.Null((string?)group!["reason"]));
        Assert.DoesNotContain("is wrong", letters.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_dead_letters_by_step_and_reason()
    {
        await using var watched = await WatchedJob.OrdersAsync(s_values);
        await WaitForLettersAsync(watched);

        var letters = await watched.GetAsync("api/v1/jobs/orders/dead-letters");

        var groups = letters["groups"]!.AsArray();
        Assert.Equal("orders.dead-letters", (string)letters["topic"]!);
        Assert.Equal(watched.Job.Status.DeadLetters, groups.Sum(group => (long)group!["count"]!));
        Assert.All(groups, group => Assert.Equal("check", (string)group!["step"]!));
        Assert.Equal(
            Enumerable.Range(0, 7).Select(customer => $"Order of {customer} is wrong."),
            groups.Select(group => (string)group!["reason"]!).Order(StringComparer.Ordinal));
        Assert.StartsWith("orders-in[", (string)groups[0]!["lastPlace"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("count=200", "7 17 27")]
    [InlineData("count=2", "17 27")]
    [InlineData("from=8", "17 27")]
    public async Task Finds_records_by_a_text_of_their_key(string query, string offsets)
    {
        await using var watched = await WatchedJob.OrdersAsync(s_values);
        var records = new RecordBuffer();
        for (var i = 0; i < 30; i++) records.Append(i, Encoding.UTF8.GetBytes($"customer {i}"), "v"u8);
        watched.Log.AppendBytes("keyed", records);

        var found = await watched.GetAsync($"api/v1/jobs/orders/topics/keyed/records?key=7&{query}");

        Assert.Equal(offsets, string.Join(' ', found["records"]!.AsArray().Select(record => (long)record!["offset"]!)));
    }

    [Theory]
    [InlineData("", 220, 239)]
    [InlineData("?partition=2&count=5", 275, 279)]
    [InlineData("?from=10&count=2", 10, 11)]
    [InlineData("?from=999999", null, null)]
    public async Task Reads_the_newest_records_or_those_from_an_offset(string query, int? first, int? last)
    {
        await using var watched = await WatchedJob.OrdersAsync(s_values);

        var records = (await watched.GetAsync($"api/v1/jobs/orders/topics/orders-in/records{query}"))["records"]!.AsArray();

        Assert.Equal((first, last), ((int?)records.FirstOrDefault()?["offset"], (int?)records.LastOrDefault()?["offset"]));
        if (records.Count > 0) Assert.Contains("100", (string)records[0]!["value"]!, StringComparison.Ordinal); // MessagePack, as JSON
    }

    [Theory]
    [InlineData("orders-in/records?partition=4", HttpStatusCode.UnprocessableEntity)]
    [InlineData("orders-in/records?count=201", HttpStatusCode.UnprocessableEntity)]
    [InlineData("orders-in/records?from=-1", HttpStatusCode.UnprocessableEntity)]
    [InlineData("none/records", HttpStatusCode.NotFound)]
    public async Task Refuses_what_there_is_not(string path, HttpStatusCode status)
    {
        await using var watched = await WatchedJob.OrdersAsync(s_values);

        Assert.Equal(status, (await watched.SendAsync(HttpMethod.Get, $"api/v1/jobs/orders/topics/{path}")).Status);
    }

    private static async Task WaitForLettersAsync(WatchedJob watched)
    {
        var status = watched.Job.Status;
        while (!watched.Log.TryGetTopic("orders.dead-letters", out var topic) || topic.EndOffset(0) < status.DeadLetters)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        watched.Tick();
    }
}
