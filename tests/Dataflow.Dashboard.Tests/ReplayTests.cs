using System.Net;
using Dataflow.Log;
using Dataflow.Tests;

namespace Dataflow.Dashboard.Tests;

/// <summary>What the dashboard does about dead letters and checkpoints, for who may act.</summary>
public sealed class ReplayTests
{
    private static readonly (string, string) s_right = ("dataflow-action-token", "act");
    private static readonly DashboardServerOptions s_all = new() { ShowsValues = true, ActionToken = "act" };

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task Replays_the_letters_of_a_group_each_once(bool showsValues, int written)
    {
        await using var texts = await TextJob.StartAsync(s_all with { ShowsValues = showsValues });
        var watched = texts.Watched;
        var group = (await watched.GetAsync("api/v1/jobs/texts/dead-letters"))["groups"]!.AsArray()[0]!;
        var path = $"api/v1/jobs/texts/dead-letters/{(string)group["id"]!}/replay";
        Assert.Equal(HttpStatusCode.Unauthorized, (await watched.SendAsync(HttpMethod.Post, path)).Status);

        texts.IsMended = true;
        var (status, first) = await watched.SendAsync(HttpMethod.Post, path, s_right);
        var (_, second) = await watched.SendAsync(HttpMethod.Post, path, s_right);
        await watched.WaitAsync(status => status.RecordsRead == 3 + written);
        watched.Tick();

        Assert.Equal((HttpStatusCode.OK, $$"""{"written":{{written}},"before":0,"gone":0,"elsewhere":0}"""), (status, first));
        Assert.Equal($$"""{"written":0,"before":{{written}},"gone":0,"elsewhere":0}""", second);
        var groups = (await watched.GetAsync("api/v1/jobs/texts/dead-letters"))["groups"]!.AsArray();
        Assert.Equal(written, groups.Sum(group => (int)group!["replayed"]!));
    }

    [Fact]
    public async Task Forgets_the_checkpoints_of_a_job_that_has_ended_for_who_says_its_name()
    {
        await using var texts = await TextJob.StartAsync(s_all);
        var (watched, path) = (texts.Watched, "api/v1/jobs/texts/forget");
        Assert.Equal(HttpStatusCode.Conflict, (await watched.SendAsync(HttpMethod.Post, $"{path}?name=texts", s_right)).Status);
        await watched.Job.StopAsync(TestContext.Current.CancellationToken);
        foreach (var wrong in new[] { "", "?name=", "?name=text" })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await watched.SendAsync(HttpMethod.Post, path + wrong, s_right)).Status);
        Assert.Equal(3, SavedPosition());

        Assert.Equal(HttpStatusCode.OK, (await watched.SendAsync(HttpMethod.Post, $"{path}?name=texts", s_right)).Status);

        Assert.Null(SavedPosition());

        long? SavedPosition()
            => SavedCheckpoint.ReadAll(watched.Log, "texts") is [.., var last] ? last.Positions.Single().Position : null;
    }
}

/// <summary>A job that fails on two of three texts until it is mended.</summary>
internal sealed class TextJob : IAsyncDisposable
{
    public WatchedJob Watched { get; private set; } = null!;

    public bool IsMended { get; set; }

    public static async Task<TextJob> StartAsync(DashboardServerOptions options)
    {
        var texts = new TextJob();
        var pipeline = new Pipeline("texts") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Topic.Of<string>("in", partitions: 1))
            .Select(text => texts.IsMended ? text : text + int.Parse(text, null), name: "parse")
            .To(Topic.Of<string>("out", partitions: 1));
        texts.Watched = await WatchedJob.StartAsync(pipeline, options: options, jobOptions: new JobOptions { Workers = 1 });
        texts.Watched.Log.Append("in", ["1", "x", "y"]);
        while (!texts.Watched.Log.TryGetTopic("texts.dead-letters", out var topic) || topic.EndOffset(0) < 2)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        texts.Watched.Tick();
        return texts;
    }

    public ValueTask DisposeAsync() => Watched.DisposeAsync();
}
