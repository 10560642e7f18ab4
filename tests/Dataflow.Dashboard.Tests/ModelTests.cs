using System.Text.Json.Nodes;

namespace Dataflow.Dashboard.Tests;

/// <summary>The account of models, and the versions in trial.</summary>
public sealed class ModelTests(Chromium chromium)
{
    [Fact]
    public async Task Shows_calls_tokens_what_was_saved_and_the_version_in_trial()
    {
        var models = Reviews.Models();
        await using var watched = await WatchedJob.StartAsync(
            Reviews.Pipeline("reviews", version: 1, models),
            jobOptions: new JobOptions { CheckpointInterval = TimeSpan.FromMilliseconds(50) });
        Reviews.Add(watched.Log, 0, 60); // 40 texts, 20 of them twice
        await watched.WaitAsync(static status => status.RecordsRead == 60 && status.Of("embed").Emitted == 60);
        await models.TryAsync("long");
        Reviews.Add(watched.Log, 60, 60);
        await watched.WaitAsync(static status => status.Of("embed").Emitted == 120);
        watched.Tick();

        var view = await watched.GetAsync("api/v1/jobs/reviews");
        var shown = await chromium.RunAsync("read", new { url = watched.Server.Uri, view = "jobs/reviews/models" });

        var texts = view["models"]!.AsArray().ToDictionary(static model => (string)model!["model"]!, static model => model!);
        Assert.Equal((40, 80), ((long)texts["short"]["texts"]!, (long)texts["short"]["textsSaved"]!));
        Assert.Equal((40, 20), ((long)texts["long"]["texts"]!, (long)texts["long"]["textsSaved"]!));
        Assert.All(texts.Values, static model => Assert.True((long)model["calls"]! > 0 && (double)model["seconds"]! > 0));
        Assert.Equal(
            ["long False True 40 0 1", "short True False   "],
            view["modelVersions"]!.AsArray().Select(Text).Order());
        Assert.Equal("[]", shown["problems"]!.ToJsonString());
        Assert.Equal("67%", (string)shown["tables"]![0]!.AsArray().Single(row => (string)row![0]! == "short")![9]!);
        Assert.Equal(
            ["long in trial", "short answers"],
            shown["tables"]![1]!.AsArray().Skip(1).Select(static row => $"{row![0]} {row[2]}").Order());

        static string Text(JsonNode? version)
            => $"{version!["version"]} {(bool)version["answers"]!} {(bool)version["isTried"]!} {version["compared"]} {version["failed"]} "
                + $"{version["sharedNeighbours"]}";
    }
}
