using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Features.Http.Tests;

/// <summary>A real HTTP client asks what Feast's documentation shows.</summary>
public sealed class FeatureServerTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_newest = new(2021, 12, 31, 23, 0, 0, TimeSpan.Zero);

    private static readonly DriverHour[] s_hours =
    [
        new(1001, s_newest, 0.7037263512611389, 0.8724706768989563, 308, "anna"),
        new(1002, s_newest, 0.038169607520103455, 0.48534533381462097, 332, "bela"),
        new(1003, s_newest.AddMilliseconds(-1), 0.9665873050689697, 0.7793770432472229, 779, "cora"),
        new(1004, s_newest.AddHours(-25), 0.5, 0.5, 1, "dora"),
    ];

    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
    private readonly SimulatedClock _clock = new();
    private readonly HttpClient _client = new();
    private Job _job = null!;
    private FeatureServer _server = null!;
    private ServedFeatures[] _services = [];

    public async ValueTask InitializeAsync()
    {
        _log.Append("hours", s_hours);
        _clock.Advance(s_newest.AddMinutes(30) - _clock.GetUtcNow());
        var pipeline = new Pipeline("features");
        var hours = pipeline.From(Topic.Of<DriverHour>("hours")).WithEventTime(hour => hour.Time, lateness: TimeSpan.FromDays(3)).KeyBy(hour => hour.Driver);
        var stats = hours.FeatureView("driver_hourly_stats", v =>
        {
            v.TimeToLive = TimeSpan.FromDays(1);
            v.Last("conv_rate", hour => hour.ConvRate);
            v.Last("acc_rate", hour => hour.AccRate);
            v.Last("avg_daily_trips", hour => hour.Trips);
        });
        var names = hours.FeatureView("driver_names", v =>
        {
            v.Last("name", hour => hour.Name);
            v.Aggregate("hours", a => a.Count(), [TimeSpan.FromHours(1)], defaultValue: 0);
            v.Aggregate("trips", a => a.Last(3, hour => hour.Trips), [TimeSpan.FromDays(1)]);
        });
        var activity = FeatureService.Of<DriverAsk>("driver_activity", s =>
        {
            s.From(stats, ask => ask.DriverId);
            s.OnDemand("trips_per_rate", (ask, features) => features["avg_daily_trips"].HasValue ? features["avg_daily_trips"].As<int>() / 0.0 : double.NaN);
        }).Serve();
        var who = FeatureService.Of<long>("driver_who", s => s.From(names, driver => driver)).Serve();
        _services = [ServedFeatures.Of(activity), ServedFeatures.Of(who)];
        _job = await pipeline.StartAsync(new JobOptions { Log = _log, Workers = 2, Time = _clock }, TestContext.Current.CancellationToken);
        while (_job.Status.RecordsRead < s_hours.Length) await Task.Yield();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _job.DisposeAsync();
        await _log.DisposeAsync();
    }

    [Fact]
    public async Task Answers_the_request_of_Feast_s_documentation() => Assert.Equal(
        """
        {"metadata":{"feature_names":["driver_id","conv_rate","acc_rate","avg_daily_trips"]},"results":[
        {"values":[1001, 1002, 1003],"statuses":["PRESENT","PRESENT","PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z","1970-01-01T00:00:00Z","1970-01-01T00:00:00Z"]},
        {"values":[0.7037263512611389,0.038169607520103455,0.9665873050689697],"statuses":["PRESENT","PRESENT","PRESENT"],"event_timestamps":["2021-12-31T23:00:00Z","2021-12-31T23:00:00Z","2021-12-31T22:59:59.999Z"]},
        {"values":[0.8724706768989563,0.48534533381462097,0.7793770432472229],"statuses":["PRESENT","PRESENT","PRESENT"],"event_timestamps":["2021-12-31T23:00:00Z","2021-12-31T23:00:00Z","2021-12-31T22:59:59.999Z"]},
        {"values":[308,332,779],"statuses":["PRESENT","PRESENT","PRESENT"],"event_timestamps":["2021-12-31T23:00:00Z","2021-12-31T23:00:00Z","2021-12-31T22:59:59.999Z"]}]}
        """.ReplaceLineEndings(""),
        await PostAsync(
            """
            {
                "features": [
                  "driver_hourly_stats:conv_rate",
                  "driver_hourly_stats:acc_rate",
                  "driver_hourly_stats:avg_daily_trips"
                ],
                "entities": {
                  "driver_id": [1001, 1002, 1003]
                }
              }
            """));

    /// <summary>Feast's remote online store; its examples with curl, which says that the body is a form; its server in Go.</summary>
    [Theory]
    [InlineData("application/json", """{"entities": {"driver_id": [1001, 9]}, "full_feature_names": false, "include_feature_view_version_metadata": false, "features": ["driver_hourly_stats:acc_rate"]}""")]
    [InlineData("application/json", """{"features": ["driver_hourly_stats:acc_rate"], "entities": {"driver_id": [1001, 9]}}""")]
    [InlineData("application/x-www-form-urlencoded", """{ "features": ["driver_hourly_stats:acc_rate"], "entities": { "driver_id": [1001, 9] } }""")]
    [InlineData("application/json", """{"feature_service": null, "features": ["driver_hourly_stats:acc_rate"], "entities": {"driver_id": [1001, 9]}, "request_context": {"limit": [1, 2]}}""")]
    public async Task Answers_what_the_clients_of_Feast_send(string type, string body)
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue(type));
        using var response = await _client.PostAsync(new Uri(_server.Uri, "/get-online-features"), content, TestContext.Current.CancellationToken);
        Assert.Equal(
            """
            {"metadata":{"feature_names":["driver_id","acc_rate"]},"results":[
            {"values":[1001, 9],"statuses":["PRESENT","PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z","1970-01-01T00:00:00Z"]},
            {"values":[0.8724706768989563,null],"statuses":["PRESENT","NOT_FOUND"],"event_timestamps":["2021-12-31T23:00:00Z","1970-01-01T00:00:00Z"]}]}
            """.ReplaceLineEndings(""),
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Answers_with_all_features_of_a_service_under_their_full_names()
    {
        var answer = JsonNode.Parse(await PostAsync("""{"feature_service":"driver_activity","features":null,"entities":{"driver_id":[1002]},"full_feature_names":true}"""))!;
        Assert.Equal(
            """["driver_id","driver_hourly_stats__conv_rate","driver_hourly_stats__acc_rate","driver_hourly_stats__avg_daily_trips","driver_activity__trips_per_rate"]""",
            answer["metadata"]!["feature_names"]!.ToJsonString());
        Assert.Equal("[1002]|[0.038169607520103455]|[0.48534533381462097]|[332]|[\"Infinity\"]", string.Join('|', answer["results"]!.AsArray().Select(result => result!["values"]!.ToJsonString())));
    }

    [Fact]
    public async Task Says_what_is_missing_and_what_is_too_old() => Assert.Equal(
        """
        {"values":[0.7037263512611389,null,null],"statuses":["PRESENT","NOT_FOUND","OUTSIDE_MAX_AGE"],"event_timestamps":["2021-12-31T23:00:00Z","1970-01-01T00:00:00Z","2021-12-30T22:00:00Z"]}
        """,
        JsonNode.Parse(await PostAsync("""{"features":["driver_hourly_stats:conv_rate"],"entities":{"driver_id":[1001,9,1004]}}"""))!["results"]![1]!.ToJsonString());

    [Fact]
    public async Task Tells_an_entity_without_a_value_from_one_that_there_is_not() => Assert.Equal(
        """
        {"values":[[308],null,null],"statuses":["PRESENT","NULL_VALUE","NOT_FOUND"],"event_timestamps":["2021-12-31T23:00:00Z","2021-12-30T22:00:00Z","1970-01-01T00:00:00Z"]}
        """,
        JsonNode.Parse(await PostAsync("""{"features":["driver_names:trips_1d"],"entities":{"driver_id":[1001,1004,9]}}"""))!["results"]![1]!.ToJsonString());

    [Fact]
    public async Task Gives_exact_statuses_and_the_cut_of_each_row_to_those_who_ask()
    {
        var answer = JsonNode.Parse(await PostAsync("""{"features":["driver_names:hours_1h","driver_names:name"],"entities":{"driver":[1001,9]},"details":true}"""))!;
        Assert.Equal("""["PRESENT","DEFAULT"]""", answer["results"]![1]!["exact_statuses"]!.ToJsonString());
        Assert.Equal("""["PRESENT","PRESENT"]""", answer["results"]![1]!["statuses"]!.ToJsonString());
        Assert.Equal("[1,0]", answer["results"]![1]!["values"]!.ToJsonString());
        Assert.Equal("""["PRESENT","MISSING"]""", answer["results"]![2]!["exact_statuses"]!.ToJsonString());
        var cuts = answer["metadata"]!["cuts"]!.AsArray();
        Assert.Equal(2, cuts.Count);
        Assert.Equal(("hours[0]", 0), ((string)cuts[0]![0]!["split"]!, (int)cuts[0]![0]!["offset"]!));
        Assert.Equal(s_newest.AddMinutes(30).ToUnixTimeMilliseconds(), (long)cuts[0]![0]!["at_ms"]!);
        Assert.Equal(("", -1), ((string)cuts[1]![0]!["split"]!, (int)cuts[1]![0]!["offset"]!));
    }

    [Fact]
    public async Task Reads_texts_and_lists_and_of_several_services_at_once()
    {
        var answer = JsonNode.Parse(await PostAsync("""{"features":["driver_names:name","driver_hourly_stats:avg_daily_trips","driver_names:trips_1d"],"entities":{"driver_id":["1003"]}}"""))!;
        Assert.Equal("""["driver_id","name","trips_1d","avg_daily_trips"]""", answer["metadata"]!["feature_names"]!.ToJsonString());
        Assert.Equal("""["1003"]|["cora"]|[[779]]|[779]""", string.Join('|', answer["results"]!.AsArray().Select(result => result!["values"]!.ToJsonString())));
    }

    [Fact]
    public async Task Reads_many_rows_in_their_order()
    {
        var drivers = Enumerable.Range(0, 5_000).Select(i => 1001 + (i % 3)).ToList();
        var answer = JsonNode.Parse(await PostAsync($$$"""{"features":["driver_hourly_stats:avg_daily_trips"],"entities":{"driver_id":[{{{string.Join(',', drivers)}}}]}}"""))!;
        Assert.Equal(drivers.Select(driver => s_hours[driver - 1001].Trips), answer["results"]![1]!["values"]!.AsArray().Select(value => (int)value!));
    }

    [Theory]
    [InlineData("""[]""", 422, "The body is no JSON object of the form that /openapi.json describes.")]
    [InlineData("""{"features":["a:b"],"entities":{"driver_id":[1]}""", 422, "The body is no JSON object of the form that /openapi.json describes.")]
    [InlineData("""{"features":["a:b"],"entities":{"driver_id":1}}""", 422, "The body is no JSON object of the form that /openapi.json describes.")]
    [InlineData("""{"features":["a:b"]}""", 422, "'entities' is missing: an object with an array of values for each key.")]
    [InlineData("""{"entities":{"driver_id":[1]}}""", 422, "Give 'features' or 'feature_service'.")]
    [InlineData("""{"features":["a:b"],"entities":{"driver_id":[1]}}""", 404, "There is no feature 'a:b'; features are named 'view:feature'.")]
    [InlineData("""{"features":["driver_names:name","driver_names:name"],"entities":{"driver_id":[1]}}""", 422, "Two of the features are named 'name'; ask for each once, and with 'full_feature_names' if they are of several views.")]
    [InlineData("""{"feature_service":"a","entities":{"driver_id":[1]}}""", 404, "There is no feature service 'a'; there is driver_activity, driver_who.")]
    [InlineData("""{"feature_service":"driver_activity","entities":{"driver":[1]}}""", 422, "'entities' has no column 'DriverId' (Int64); the service needs it.")]
    [InlineData("""{"feature_service":"driver_activity","entities":{"driver_id":["x"]}}""", 422, "Column 'driver_id' of 'entities' must hold Int64 values.")]
    [InlineData("""{"feature_service":"driver_activity","entities":{"driver_id":[null]}}""", 422, "Column 'driver_id' of 'entities' must hold Int64 values.")]
    [InlineData("""{"feature_service":"driver_activity","entities":{"driver_id":[1],"b":[1,2]}}""", 422, "Column 'b' of 'entities' has 2 values, others have 1.")]
    [InlineData("""{"feature_service":"driver_who","entities":{"a":[1],"b":[1]}}""", 422, "'entities' has 2 columns; the service takes one.")]
    public async Task Refuses_requests_that_make_no_sense(string body, int status, string detail)
    {
        using var response = await SendAsync(body);
        Assert.Equal((status, detail), ((int)response.StatusCode, await DetailAsync(response)));
    }

    [Fact]
    public async Task Takes_rows_and_bodies_up_to_a_bound()
    {
        using var rows = await SendAsync($$$"""{"features":["driver_hourly_stats:conv_rate"],"entities":{"driver_id":[{{{string.Join(',', Enumerable.Repeat(1, 10_001))}}}]}}""");
        Assert.Equal("Column 'driver_id' of 'entities' has 10001 values; ask for 10000 at most.", await DetailAsync(rows));
        using var bytes = await SendAsync(new string(' ', (1 << 20) + 1));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, bytes.StatusCode);
    }

    [Fact]
    public async Task Is_healthy_while_the_job_runs()
    {
        Assert.Equal("""{"status":"Running"}""", await _client.GetStringAsync(new Uri(_server.Uri, "/health"), TestContext.Current.CancellationToken));
        await _job.StopAsync();
        using var health = await _client.GetAsync(new Uri(_server.Uri, "/health"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        using var features = await SendAsync("""{"feature_service":"driver_activity","entities":{"driver_id":[1]}}""");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "The job has ended."), (features.StatusCode, await DetailAsync(features)));
    }

    [Fact]
    public async Task Describes_itself()
    {
        var document = JsonNode.Parse(await _client.GetStringAsync(new Uri(_server.Uri, "/openapi.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal("3.1.0", (string)document["openapi"]!);
        var request = document["components"]!["schemas"]!["Request"]!["properties"]!;
        Assert.Equal("""["driver_activity","driver_who",null]""", request["feature_service"]!["enum"]!.ToJsonString());
        Assert.Contains("driver_hourly_stats:conv_rate", request["features"]!["items"]!["enum"]!.AsArray().Select(name => (string)name!));
        Assert.Equal("""[{"DriverId":[]},{"entity":[]}]""", request["entities"]!["examples"]!.ToJsonString());
        Assert.Null(document["security"]);
        using var elsewhere = await _client.GetAsync(new Uri(_server.Uri, "/docs"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Lets_in_only_who_has_the_token()
    {
        await _server.DisposeAsync();
        await StartAsync("secret");
        const string Body = """{"feature_service":"driver_activity","entities":{"driver_id":[1]}}""";
        using (var without = await SendAsync(Body)) Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secre");
        using (var wrong = await SendAsync(Body)) Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        using (var right = await SendAsync(Body)) Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        _client.DefaultRequestHeaders.Authorization = null;
        using (var health = await _client.GetAsync(new Uri(_server.Uri, "/health"), TestContext.Current.CancellationToken)) Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task Listens_beyond_loopback_only_with_token_and_certificate()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => FeatureServer.StartAsync(
            _job, _services, new FeatureServerOptions { Address = IPAddress.IPv6Any, Token = "secret" }, TestContext.Current.CancellationToken));
        Assert.Equal("Address ::: beyond loopback a server needs a token and a certificate. Give both, or listen on loopback.", error.Message);
    }

    [Fact]
    public async Task Speaks_TLS_beyond_loopback()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=features", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await FeatureServer.StartAsync(
            _job, _services, new FeatureServerOptions { Address = IPAddress.Any, Port = 0, Token = "secret", Certificate = certificate }, TestContext.Current.CancellationToken);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown!.Thumbprint == certificate.Thumbprint };
        using var client = new HttpClient(handler);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");

        using var content = new StringContent("""{"features":["driver_names:name"],"entities":{"driver_id":[1002]}}""");
        using var response = await client.PostAsync(new Uri($"https://127.0.0.1:{server.Uri.Port}/get-online-features"), content, TestContext.Current.CancellationToken);

        Assert.Equal("https", server.Uri.Scheme);
        Assert.Contains("\"bela\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_to_serve_nothing_or_two_of_a_name()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => FeatureServer.StartAsync(_job, [], ct: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentException>(() => FeatureServer.StartAsync(_job, [_services[0], _services[0]], ct: TestContext.Current.CancellationToken));
    }

    private async Task StartAsync(string? token = null) => _server = await FeatureServer.StartAsync(
        _job, _services, new FeatureServerOptions { Port = 0, Token = token }, TestContext.Current.CancellationToken);

    private async Task<HttpResponseMessage> SendAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _client.PostAsync(new Uri(_server.Uri, "/get-online-features"), content, TestContext.Current.CancellationToken);
    }

    private async Task<string> PostAsync(string body)
    {
        using var response = await SendAsync(body);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        return text;
    }

    private static async Task<string> DetailAsync(HttpResponseMessage response)
        => JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("detail").GetString()!;

    public sealed record DriverHour(long Driver, DateTimeOffset Time, double ConvRate, double AccRate, int Trips, string Name);

    public sealed record DriverAsk(long DriverId);
}
