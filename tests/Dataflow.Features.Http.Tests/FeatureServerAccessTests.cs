using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Dataflow.Tests;

namespace Dataflow.Features.Http.Tests;

/// <summary>Who may ask, how much, and what a server says of itself and its job.</summary>
public sealed class FeatureServerAccessTests : ServedDrivers
{
    [Fact]
    public async Task Takes_rows_up_to_a_bound()
    {
        var ids = string.Join(',', Enumerable.Repeat(1, 10_001));
        using var rows = await SendAsync($$$"""{"features":["driver_hourly_stats:conv_rate"],"entities":{"driver_id":[{{{ids}}}]}}""");
        Assert.Equal("Column 'driver_id' of 'entities' has 10001 values; ask for 10000 at most.", await DetailAsync(rows));
    }

    [Fact]
    public async Task Takes_bodies_up_to_a_bound()
    {
        // Asks before it sends: a server that refuses closes the connection, and who still sends may not see the answer.
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        using var client = new HttpClient(handler);
        client.DefaultRequestHeaders.ExpectContinue = true;
        using var content = new StringContent(new string(' ', (1 << 20) + 1), Encoding.UTF8, "application/json");

        using var response = await client.PostAsync(
            new Uri(Server.Uri, "/get-online-features"), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Is_healthy_while_the_job_runs()
    {
        Assert.Equal(
            """{"status":"Running"}""", await Client.GetStringAsync(new Uri(Server.Uri, "/health"), TestContext.Current.CancellationToken));
        await Job.StopAsync(TestContext.Current.CancellationToken);
        using var health = await Client.GetAsync(new Uri(Server.Uri, "/health"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        using var features = await SendAsync("""{"feature_service":"driver_activity","entities":{"driver_id":[1]}}""");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "The job has ended."), (features.StatusCode, await DetailAsync(features)));
    }

    [Fact]
    public async Task Is_not_healthy_when_the_job_has_failed()
    {
        Log.Append("hours", [Hours[0] with { Trips = -1 }]);
        while (!Job.Completion.IsCompleted) await Task.Yield();
        Assert.True(Job.Completion.IsFaulted);
        using var health = await Client.GetAsync(new Uri(Server.Uri, "/health"), TestContext.Current.CancellationToken);
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, """{"status":"Failed"}"""),
            (health.StatusCode, await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        using var features = await SendAsync("""{"feature_service":"driver_activity","entities":{"driver_id":[1]}}""");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "The job has ended."), (features.StatusCode, await DetailAsync(features)));
    }

    [Fact]
    public async Task Keeps_what_a_function_says_of_a_row_to_itself()
    {
        await RestartAsync(services: Faulty);
        using var faulty = await SendAsync("""{"feature_service":"faulty","entities":{"text":["secret"]}}""");
        Assert.Equal(
            (HttpStatusCode.InternalServerError, "The features could not be computed (FormatException)."),
            (faulty.StatusCode, await DetailAsync(faulty)));
        using var none = await SendAsync("""{"feature_service":"faulty","entities":{"text":["", null]}}""");
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "Column 'text' of 'entities' has a null."), (none.StatusCode, await DetailAsync(none)));
    }

    [Fact]
    public async Task Describes_itself()
    {
        var document = JsonNode.Parse(
            await Client.GetStringAsync(new Uri(Server.Uri, "/openapi.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal("3.1.0", (string)document["openapi"]!);
        Assert.Equal(
            ["/get-online-features post", "/health get"],
            document["paths"]!.AsObject().Select(path => $"{path.Key} {path.Value!.AsObject().Single().Key}"));
        var request = document["components"]!["schemas"]!["Request"]!["properties"]!;
        Assert.Equal("""["driver_activity","driver_who",null]""", request["feature_service"]!["enum"]!.ToJsonString());
        Assert.Contains("driver_hourly_stats:conv_rate", request["features"]!["items"]!["enum"]!.AsArray().Select(name => (string)name!));
        Assert.Equal("""[{"DriverId":[]},{"entity":[]}]""", request["entities"]!["examples"]!.ToJsonString());
        Assert.Null(document["security"]);
        using var elsewhere = await Client.GetAsync(new Uri(Server.Uri, "/docs"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Lets_in_only_who_has_the_token()
    {
        await RestartAsync("secret");
        const string Body = """{"feature_service":"driver_activity","entities":{"driver_id":[1]}}""";
        using (var without = await SendAsync(Body)) Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secre");
        using (var description =
            await Client.GetAsync(new Uri(Server.Uri, "/openapi.json"), TestContext.Current.CancellationToken)) Assert.Equal(
            HttpStatusCode.Unauthorized, description.StatusCode);
        using (var wrong = await SendAsync(Body)) Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        using (var right = await SendAsync(Body)) Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        var document = JsonNode.Parse(
            await Client.GetStringAsync(new Uri(Server.Uri, "/openapi.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal("""[{"token":[]}]""", document["security"]!.ToJsonString());
        Assert.Equal("bearer", (string)document["components"]!["securitySchemes"]!["token"]!["scheme"]!);
        Client.DefaultRequestHeaders.Authorization = null;
        using (var health = await Client.GetAsync(new Uri(Server.Uri, "/health"), TestContext.Current.CancellationToken)) Assert.Equal(
            HttpStatusCode.OK, health.StatusCode);
    }

    [Theory]
    [InlineData("bearer secret")]
    [InlineData("BEARER  secret ")]
    public async Task Takes_the_token_whatever_the_case_of_its_scheme(string authorization)
    {
        await RestartAsync("secret");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Uri, "/openapi.json"));
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("two words")]
    [InlineData("a\n")]
    [InlineData("größe")]
    public async Task Refuses_a_token_that_no_client_could_send(string token)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => FeatureServer.StartAsync(
            Job, Services, new FeatureServerOptions { Port = 0, Token = token }, TestContext.Current.CancellationToken));
        Assert.Equal(
            "Token: no client could send it. Give one of visible ASCII characters without spaces, or null for none.", error.Message);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/openapi.json")]
    public async Task Answers_HEAD_like_GET_without_the_body(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(Server.Uri, path));
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Content.Headers.ContentLength > 0);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("localhost:1", null, true)]
    [InlineData("LOCALHOST", null, true)]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("[::1]:80", null, true)]
    [InlineData("localhost", "http://localhost:3000", true)]
    [InlineData("localhost", "https://127.0.0.1", true)]
    [InlineData("evil.example", null, false)]
    [InlineData("localhost.evil.example", null, false)]
    [InlineData("127.0.0.1.evil.example:6566", null, false)]
    [InlineData("10.0.0.1", null, false)]
    [InlineData("localhost", "https://evil.example", false)]
    [InlineData("localhost", "http://localhost.evil.example", false)]
    [InlineData("localhost", "null", false)]
    public async Task Without_a_token_only_loopback_names_and_pages_are_answered_and_with_one_all(
        string host, string? origin, bool isAnswered)
    {
        Assert.Equal(isAnswered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, await StatusAsync());
        await RestartAsync("secret"); // as the refusal advises
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync());

        async Task<HttpStatusCode> StatusAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Uri, "/openapi.json"));
            request.Headers.Host = host;
            if (origin is not null) request.Headers.TryAddWithoutValidation("Origin", origin);
            using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("secret", false)]
    public async Task Listens_beyond_loopback_only_with_token_and_certificate(string? token, bool hasCertificate)
    {
        using var certificate = hasCertificate ? NewCertificate() : null;
        var error = await Assert.ThrowsAsync<ArgumentException>(() => FeatureServer.StartAsync(
            Job, Services, new FeatureServerOptions { Address = IPAddress.IPv6Any, Token = token, Certificate = certificate },
            TestContext.Current.CancellationToken));
        Assert.Equal(
            "Address ::: beyond loopback a server needs a token and a certificate. Give both, or listen on loopback.", error.Message);
    }

    [Fact]
    public async Task Speaks_TLS_beyond_loopback()
    {
        using var certificate = NewCertificate();
        await using var server = await FeatureServer.StartAsync(
            Job, Services, new FeatureServerOptions { Address = IPAddress.Any, Port = 0, Token = "secret", Certificate = certificate },
            TestContext.Current.CancellationToken);
        using var handler =
            new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _,
            _) => shown!.Thumbprint == certificate.Thumbprint };
        using var client = new HttpClient(handler);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");

        using var content = new StringContent("""{"features":["driver_names:name"],"entities":{"driver_id":[1002]}}""");
        using var response = await client.PostAsync(
            new Uri($"https://127.0.0.1:{server.Uri.Port}/get-online-features"), content, TestContext.Current.CancellationToken);

        Assert.Equal("https", server.Uri.Scheme);
        Assert.Contains(
            "\"bela\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_to_serve_nothing_or_two_of_a_name()
    {
        await Assert.ThrowsAsync<ArgumentException>(
            () => FeatureServer.StartAsync(Job, [], cancellationToken: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentException>(
            () => FeatureServer.StartAsync(Job, [Services[0], Services[0]], cancellationToken: TestContext.Current.CancellationToken));
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        return new CertificateRequest("CN=features", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
