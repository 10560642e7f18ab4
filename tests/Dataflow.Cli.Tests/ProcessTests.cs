using System.Text;
using System.Text.Json;
using Dataflow.Dashboard;
using Dataflow.Log;
using Dataflow.Tests;

namespace Dataflow.Cli.Tests;

/// <summary>Commands on a running process.</summary>
public sealed class ProcessTests : IAsyncLifetime
{
    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
    private Job _job = null!;
    private DashboardServer _server = null!;

    private string Url => _server.Uri.ToString();

    public async ValueTask InitializeAsync()
    {
        await Sample.FillAsync(_log);
        _job = await Sample.Pipeline(ends: false).StartAsync(new JobOptions { Log = _log }, TestContext.Current.CancellationToken);
        var options = new DashboardServerOptions { Port = 0, Token = "reader", ActionToken = "actor", ShowsValues = true };
        _server = await DashboardServer.StartAsync(_job, options, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _job.DisposeAsync();
        await _log.DisposeAsync();
    }

    [Fact]
    public async Task Status_shows_each_job_as_a_table_and_as_JSON()
    {
        var text = (await Run.WellAsync("pipelines", "status", "--url", Url, "--token", "reader")).Out;
        var json = (await Run.WellAsync("pipelines", "status", "--url", Url, "--token", "reader", "--json")).Json;

        Assert.StartsWith("JOB ", text, StringComparison.Ordinal);
        Assert.StartsWith("orders  Running", text.Split('\n')[1], StringComparison.Ordinal);
        Assert.Equal("orders", json.GetProperty("jobs")[0].GetProperty("id").GetString());
        Assert.DoesNotContain('\e', text);
    }

    [Fact]
    public async Task Status_is_shown_anew_each_second_until_it_is_ended()
    {
        using var end = new CancellationTokenSource();
        var output = new EndingWriter(end, after: 2);

        var code = await Tool.RunAsync(
            ["pipelines", "status", "--watch", "--url", Url, "--token", "reader"],
            new Terminal(output, TextWriter.Null) { HasColors = true }, end.Token);

        Assert.Equal(ExitCode.Well, code);
        Assert.Equal(2, output.ToString().Split("\e[H\e[2JJOB ").Length - 1);
    }

    [Fact]
    public async Task Plan_is_that_of_the_job()
    {
        var text = (await Run.WellAsync("pipelines", "plan", "orders", "--url", Url, "--token", "reader")).Out;
        var json = (await Run.WellAsync("pipelines", "plan", "orders", "--url", Url, "--token", "reader", "--json")).Json;

        Assert.Equal(_job.Explain().ToString().TrimEnd(), text.TrimEnd());
        Assert.Equal(_job.Explain().Steps.Count, json.GetProperty("steps").GetArrayLength());
    }

    [Fact]
    public async Task Diagnose_ends_with_3_where_a_job_is_not_well()
    {
        var failing = new Pipeline("failing");
        failing.From(Topic.Of<Order>("orders-in", partitions: 2))
            .Select(static order => order.Number < 0 ? order : throw new InvalidOperationException("no"), name: "bad")
            .To(Topic.Of<Order>("never"));
        await using var log = LogStore.Open("failing", new LogOptions { Durability = Durability.Memory });
        await Sample.FillAsync(log);
        await using var job = await failing.StartAsync(new JobOptions { Log = log }, TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<DataflowException>(() => job.Completion);
        await using var server = await DashboardServer.StartAsync(
            job, new DashboardServerOptions { Port = 0 }, TestContext.Current.CancellationToken);

        var run = await Run.OfAsync("pipelines", "diagnose", "--url", server.Uri.ToString(), "--json");

        Assert.Equal((ExitCode.FoundWrong, ""), (run.Code, run.Error));
        Assert.Equal(("failing", "Problem"), (run.Json[0].GetProperty("job").GetString(), run.Json[0].GetProperty("severity").GetString()));
        var text = await Run.OfAsync("pipelines", "diagnose", "failing", "--url", server.Uri.ToString());
        Assert.StartsWith("failing  Problem", text.Out.Split('\n')[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop", "Stopped")]
    [InlineData("drain", "Finished")]
    public async Task A_job_ends_for_those_who_have_the_token(string action, string state)
    {
        var refused = await Run.OfAsync("pipelines", action, "orders", "--url", Url, "--token", "reader", "--action-token", "wrong");
        Assert.Equal(ExitCode.Error, refused.Code);
        Assert.Contains("401", refused.Error, StringComparison.Ordinal);
        Assert.False(_job.Completion.IsCompleted);

        await Run.WellAsync("pipelines", action, "orders", "--url", Url, "--token", "reader", "--action-token", "actor", "--json");
        await _job.Completion.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal(state, _job.Status.State.ToString());
    }

    [Fact]
    public async Task Topics_of_its_log_are_listed_and_read()
    {
        var list = (await Run.WellAsync("topics", "list", "--url", Url, "--token", "reader", "--json")).Json;
        var orders = list.EnumerateArray().Single(topic => topic.GetProperty("topic").GetString() == "orders-in");
        var tail = await Run.WellAsync(
            "topics", "tail", "orders-in", "--grep", "Berlin", "--max", "1", "--url", Url, "--token", "reader", "--json");

        Assert.Equal((2, 60L), (orders.GetProperty("partitions").GetInt32(), orders.GetProperty("records").GetInt64()));
        Assert.Equal(["27", "28"], tail.Out.TrimEnd().Split('\n').Select(line => $"{JsonElement.Parse(line).GetProperty("offset")}"));
        foreach (var (wrong, named) in new[] { ("none", "'none'"), ("orders-in --partition 2", "partition 2") })
        {
            var run = await Run.OfAsync(["topics", "tail", .. wrong.Split(' '), "--url", Url, "--token", "reader"]);
            Assert.Equal(ExitCode.Error, run.Code);
            Assert.Contains(named, run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_topic_is_described_with_the_forms_of_its_keys_and_values()
    {
        var text = (await Run.WellAsync("topics", "describe", "orders-out", "--url", Url, "--token", "reader")).Out;
        var json = (await Run.WellAsync("topics", "describe", "orders-out", "--url", Url, "--token", "reader", "--json")).Json;
        var missing = await Run.OfAsync("topics", "describe", "none", "--url", Url, "--token", "reader");

        Assert.EndsWith(
            """

            Keys: text by itself

            Values: Order, by names
            MEMBER  FORM
            Number  a whole number of 32 bits
            City    text

            """, text, StringComparison.Ordinal);
        Assert.Equal(4, json.GetProperty("partitions").GetArrayLength());
        Assert.Equal("record", json.GetProperty("values").GetProperty("schema").GetProperty("shapes")[0].GetProperty("kind").GetString());
        Assert.Equal(ExitCode.Error, missing.Code);
    }

    [Fact]
    public async Task Groups_checkpoints_and_the_deletion_of_a_topic_go_through_the_process()
    {
        string[] tokens = ["--url", Url, "--token", "reader", "--action-token", "actor"];
        await _job.StopAsync(TestContext.Current.CancellationToken);

        var groups = (await Run.WellAsync("groups", "list", "--url", Url, "--token", "reader")).Out.Split('\n');
        var saved = (await Run.WellAsync("pipelines", "checkpoints", "orders", "--url", Url, "--token", "reader", "--json")).Json;
        var needed = await Run.OfAsync(["topics", "delete", "orders-in", .. tokens]);
        await Run.WellAsync(["topics", "delete", "mixed", "--dry-run", .. tokens]);
        Assert.True(_log.TryGetTopic("mixed", out _));
        var deleted = await Run.WellAsync(["topics", "delete", "mixed", "--json", .. tokens]);

        Assert.Equal(["GROUP", "billing", "billing"], groups.SkipLast(1).Select(static line => line.Split(' ')[0]));
        Assert.Equal(
            JsonSerializer.SerializeToElement(SavedCheckpoint.ReadAll(_log, "orders")[0].Positions, JsonSerializerOptions.Web).ToString(),
            JsonSerializer.Serialize(saved[0].GetProperty("positions")));
        Assert.Equal(ExitCode.Error, needed.Code);
        Assert.Contains("has a position in it", needed.Error, StringComparison.Ordinal);
        Assert.Equal(5, deleted.Json.GetProperty("records").GetInt64());
        Assert.False(_log.TryGetTopic("mixed", out _));
    }

    [Fact]
    public async Task Tail_follows_a_topic_until_it_is_ended()
    {
        using var end = new CancellationTokenSource();
        var output = new EndingWriter(end, after: 3);
        var tail = Tool.RunAsync(
            ["topics", "tail", "mixed", "--from", "latest", "--max", "1", "--follow", "--json", "--url", Url, "--token", "reader"],
            new Terminal(output, TextWriter.Null), end.Token);
        while (output.ToString().Length == 0) await Task.Delay(10, TestContext.Current.CancellationToken);
        _log.Append("mixed", ["first", "second"]);

        Assert.Equal(ExitCode.Well, await tail);

        var lines = output.ToString().TrimEnd().Split('\n').Select(static line => JsonElement.Parse(line)).ToList();
        Assert.Equal(["4", "5", "6"], lines.Select(static line => $"{line.GetProperty("offset")}"));
    }

    [Fact]
    public async Task Dead_letters_are_replayed_and_checkpoints_forgotten_for_those_who_have_the_token()
    {
        string[] tokens = ["--url", Url, "--token", "reader", "--action-token", "actor"];
        while (!_log.TryGetTopic("orders.dead-letters", out var letters) || letters.EndOffset(0) < 6)
            await Task.Delay(10, TestContext.Current.CancellationToken);

        var replayed = await Run.WellAsync(["deadletters", "replay", "orders", "--json", .. tokens]);
        var tooEarly = await Run.OfAsync(["pipelines", "forget", "orders", .. tokens]);
        await _job.StopAsync(TestContext.Current.CancellationToken);
        await Run.WellAsync(["pipelines", "forget", "orders", .. tokens]);

        Assert.Equal(6, replayed.Json.GetProperty("written").GetInt64());
        Assert.Contains("409", tooEarly.Error, StringComparison.Ordinal);
        Assert.Empty(SavedCheckpoint.ReadAll(_log, "orders"));
    }

    [Theory]
    [InlineData("pipelines status --token wrong", "401")]
    [InlineData("pipelines plan none --token reader", "404")]
    public async Task Says_why_the_process_refuses(string command, string reason)
    {
        var run = await Run.OfAsync([.. command.Split(' '), "--url", Url]);

        Assert.Equal(ExitCode.Error, run.Code);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", run.Error, StringComparison.Ordinal); // no token in a message
    }

    [Theory]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("file:///etc")]
    [InlineData("nothing")]
    public async Task Says_where_nobody_answers(string url)
    {
        var run = await Run.OfAsync("pipelines", "status", "--url", url);

        Assert.Equal(ExitCode.Error, run.Code);
        Assert.Contains(url, run.Error, StringComparison.Ordinal);
    }

    /// <summary>Ends a command once it has written so many texts.</summary>
    private sealed class EndingWriter(CancellationTokenSource end, int after) : StringWriter(new StringBuilder())
    {
        private int _written;

        public override void Write(string? value)
        {
            base.Write(value);
            if (++_written == after) end.Cancel();
        }
    }
}
