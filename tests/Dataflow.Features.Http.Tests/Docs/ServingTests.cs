using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dataflow.Testing;

namespace Dataflow.Features.Http.Tests.Docs;

/// <summary>The program of the README.</summary>
public class ServingTests
{
    [Fact]
    public async Task A_service_is_served_as_by_Feast_s_feature_server()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var log = SimulatedJob.OpenLog();
        var pipeline = new Pipeline("features");
        var stats = pipeline.From(Topic.Of<Trip>("trips")).WithEventTime(trip => trip.Time).KeyBy(trip => trip.Driver)
            .FeatureView("driver_hourly_stats", v => v.Last("avg_daily_trips", trip => trip.Trips));
        var activity = FeatureService.Of<DriverAsk>("driver_activity", s => s.From(stats, ask => ask.DriverId)).Serve();
        var options = new JobOptions { Log = log };
        var serverOptions = new FeatureServerOptions { Port = 0 };

        await using var job = await pipeline.StartAsync(options, cancellationToken);
        await using var server = await FeatureServer.StartAsync(job, [ServedFeatures.Of(activity)], serverOptions, cancellationToken);

        using var client = new HttpClient();
        using var response = await client.PostAsJsonAsync(
            new Uri(server.Uri, "/get-online-features"),
            new { feature_service = "driver_activity", entities = new { driver_id = new[] { 1001 } } },
            cancellationToken);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;

        Assert.Equal("""["driver_id","avg_daily_trips"]""", answer["metadata"]!["feature_names"]!.ToJsonString());
    }

    public sealed record Trip(long Driver, int Trips, DateTimeOffset Time);

    public sealed record DriverAsk(long DriverId);
}
