using System.Text.Json.Nodes;
using NJsonSchema;

namespace Dataflow.Dashboard.Tests;

/// <summary>The description of the API is true.</summary>
public sealed class OpenApiTests
{
    [Theory]
    [InlineData("/api/v1/jobs")]
    [InlineData("/api/v1/jobs/{job}")]
    [InlineData("/api/v1/jobs/{job}/plan")]
    [InlineData("/api/v1/jobs/{job}/history")]
    [InlineData("/api/v1/jobs/{job}/state")]
    [InlineData("/api/v1/jobs/{job}/dead-letters")]
    [InlineData("/api/v1/jobs/{job}/lookups")]
    [InlineData("/api/v1/jobs/{job}/checkpoints")]
    [InlineData("/api/v1/jobs/{job}/groups")]
    [InlineData("/api/v1/jobs/{job}/features")]
    [InlineData("/api/v1/jobs/{job}/topics")]
    [InlineData("/api/v1/jobs/{job}/topics/{topic}")]
    [InlineData("/api/v1/jobs/{job}/topics/{topic}/records")]
    public async Task Each_answer_is_as_described(string path)
    {
        await using var watched = await WatchedJob.OrdersAsync(new DashboardServerOptions { ShowsValues = true });
        await watched.WaitAsync(static status => status.Checkpoints.Count > 0);
        watched.Tick();
        var document = await watched.GetAsync("api/v1/openapi.json");
        var schema = SchemaOf(document, path);

        var answer = await watched.GetAsync(path.Replace("{job}", "orders", StringComparison.Ordinal)
            .Replace("{topic}", "orders-in", StringComparison.Ordinal).TrimStart('/'));

        var described = await JsonSchema.FromJsonAsync(schema.ToJsonString(), TestContext.Current.CancellationToken);
        Assert.Equal([], described.Validate(answer.ToJsonString()).Select(error => error.ToString()));
        Assert.Equal(answer.AsObject().Select(member => member.Key), schema["properties"]!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task Says_which_tokens_are_needed()
    {
        await using var watched = await WatchedJob.OrdersAsync(new DashboardServerOptions { Token = "read" });
        watched.Client.DefaultRequestHeaders.Authorization = new("Bearer", "read");

        var paths = (await watched.GetAsync("api/v1/openapi.json"))["paths"]!;

        Assert.Equal("""[{"token":[]}]""", paths["/api/v1/jobs"]!["get"]!["security"]!.ToJsonString());
        Assert.Equal("""[{"token":[],"actionToken":[]}]""", paths["/api/v1/jobs/{job}/stop"]!["post"]!["security"]!.ToJsonString());
        Assert.Equal(20, paths.AsObject().Count);
    }

    private static JsonNode SchemaOf(JsonNode document, string path)
    {
        var content = document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!;
        var name = ((string)content["schema"]!["$ref"]!).Split('/')[^1];
        return document["components"]!["schemas"]![name]!;
    }
}
