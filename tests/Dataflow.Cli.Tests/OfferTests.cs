using System.Text.Json;
using Dataflow.Dashboard;
using Dataflow.Dashboard.Tests;
using Dataflow.Log;
using Dataflow.Tests;

namespace Dataflow.Cli.Tests;

/// <summary>Commands on what pipelines offer: lookups, features, models.</summary>
public sealed class OfferTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private LogStore _log = null!;
    private Job _job = null!;
    private DashboardServer _server = null!;

    private string[] Url => ["--url", _server.Uri.ToString()];

    public async ValueTask InitializeAsync()
    {
        _log = LogStore.Open(_folder["log"]);
        Reviews.Add(_log, 0, 60);
        var first = await Reviews.Pipeline("first", version: 1, Reviews.Models()).StartAsync(new JobOptions { Log = _log, Workers = 1 });
        await first.StopAsync();
        _job = await Reviews.Pipeline("reviews", version: 2, Reviews.Models()).StartAsync(new JobOptions { Log = _log, Workers = 1 });
        while (_job.Status.Of("embed").Emitted < 60) await Task.Delay(10, TestContext.Current.CancellationToken);
        _server = await DashboardServer.StartAsync(_job, new DashboardServerOptions { Port = 0, ShowsValues = true });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _job.DisposeAsync();
        await _log.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Lookups_are_listed_described_and_asked()
    {
        var list = (await Run.WellAsync(["lookups", "list", .. Url])).Out.Split('\n');
        var described = (await Run.WellAsync(["lookups", "describe", "judges", .. Url])).Out;
        var row = (await Run.WellAsync(["lookups", "get", "newest", "bob", .. Url, "--json"])).Json;
        var features = (await Run.WellAsync(["lookups", "get", "judges", "ada", "--at", "2026-01-01T12:01:00Z", .. Url])).Out;

        Assert.Equal(["JOB", "reviews", "reviews"], list.SkipLast(1).Select(static line => line.Split(' ')[0]));
        Assert.Contains("mean over 02:00:00", described, StringComparison.Ordinal);
        Assert.Contains("how they judge", described, StringComparison.Ordinal);
        Assert.Contains(row.GetProperty("rows").EnumerateArray(), static cells => $"{cells[0]} {cells[1]}" == "text text 19");
        Assert.Contains("stars_mean_2h", features, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lookups get newest nobody", "")]
    [InlineData("lookups get none ada", "'none'")]
    [InlineData("lookups describe none", "'none'")]
    [InlineData("lookups list --job none", "404")]
    public async Task What_is_not_found_is_an_error(string command, string named)
    {
        var run = await Run.OfAsync([.. command.Split(' '), .. Url]);

        Assert.Equal(ExitCode.Error, run.Code);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_are_listed_and_compared_on_the_log_and_through_the_process()
    {
        var live = await AskAsync(Url);
        await _server.DisposeAsync();
        await _job.DisposeAsync();
        await _log.DisposeAsync();

        Assert.Equal(live, await AskAsync(["--log", _folder["log"]]));
        Assert.Contains("from version 1 to 2:", live, StringComparison.Ordinal);
        Assert.Contains("'stars_mean_1h' is gone", live, StringComparison.Ordinal);

        static async Task<string> AskAsync(string[] place)
        {
            var list = await Run.WellAsync(["features", "list", .. place]);
            var described = await Run.WellAsync(["features", "describe", "authors", .. place]);
            var diff = await Run.OfAsync(["features", "diff", "authors", .. place]);
            var same = await Run.WellAsync(["features", "diff", "authors", "--from", "2", "--to", "2", .. place]);
            Assert.Equal((ExitCode.FoundWrong, ""), (diff.Code, diff.Error));
            Assert.EndsWith("the meaning is the same.\n", same.Out, StringComparison.Ordinal);
            return list.Out + described.Out + diff.Out;
        }
    }

    [Fact]
    public async Task A_registered_view_is_compared_with_a_definition_of_another_log()
    {
        var first = (await Run.WellAsync(["features", "describe", "authors", "--version", "1", "--json", .. Url])).Out;
        string[] diff = ["features", "diff", "authors", "--from", "1", "--with", "-", "--json", .. Url];

        var same = await Run.WithInputAsync(first, diff);
        var other = await Run.WithInputAsync(first.Replace("Double", "Single", StringComparison.Ordinal), diff);
        var wrong = await Run.WithInputAsync("{\"name\": \"authors\"}", diff);

        Assert.Equal((ExitCode.Well, 0), (same.Code, same.Json.GetProperty("differences").GetArrayLength()));
        Assert.Equal((ExitCode.FoundWrong, 1), (other.Code, other.Json.GetProperty("differences").GetArrayLength()));
        var none = await Run.WithInputAsync("null", diff);
        Assert.Equal((ExitCode.Error, ExitCode.Error), (wrong.Code, none.Code));
        Assert.Contains("no definition of a feature view", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("no definition of a feature view", none.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("features describe none", "'none'")]
    [InlineData("features describe authors --version 7", "Its versions are 1, 2")]
    [InlineData("features diff authors --to 1", "no version before 1")]
    [InlineData("features diff authors --to 2 --with -", "--with")]
    public async Task Views_that_are_not_registered_are_named(string command, string named)
    {
        var run = await Run.OfAsync([.. command.Split(' '), .. Url]);

        Assert.Equal(ExitCode.Error, run.Code);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_are_listed_with_their_account()
    {
        var model = (await Run.WellAsync(["models", "list", "--json", .. Url])).Json[0];
        var text = (await Run.WellAsync(["models", "list", "reviews", .. Url])).Out;

        Assert.Equal(
            ("reviews", "embed", "short", 40, 20),
            (Text("job"), Text("step"), Text("model"), model.GetProperty("texts").GetInt32(), model.GetProperty("textsSaved").GetInt32()));
        Assert.StartsWith("reviews  embed  short", text.Split('\n')[1], StringComparison.Ordinal);

        string? Text(string name) => model.GetProperty(name).GetString();
    }
}
