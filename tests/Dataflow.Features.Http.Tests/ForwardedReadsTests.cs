using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Dataflow.Kafka;
using Dataflow.Kafka.Tests;
using Dataflow.Operations;
using static Dataflow.Kafka.Tests.Members;

namespace Dataflow.Features.Http.Tests;

/// <summary>Features over HTTP, of entities that several processes have: whichever is asked.</summary>
public sealed class ForwardedReadsTests(SharedNode shared)
{
    private static readonly HttpClient s_client = new();

    private KafkaNode Node => shared.Node;

    [Fact]
    public async Task Each_process_answers_for_all_entities_in_the_asked_order()
    {
        var from = Node.CreateTopic(6);
        await using var first = await Member.StartAsync(Node, from, "secret");
        await using var second = await Member.StartAsync(Node, from, "secret");
        await first.FillAsync(Node, from, second);
        string[] entities = [.. SharedViews.AllEntities];
        new Random(1).Shuffle(entities);

        var answers = await Task.WhenAll(first.AskAsync(entities, "secret"), second.AskAsync(entities, "secret"));

        foreach (var (status, answer) in answers)
        {
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(entities, ValuesOf(answer, 0));
            Assert.Equal(ExpectedOf(entities), ValuesOf(answer, 1));
            Assert.Equal(entities.Length, answer["metadata"]!["cuts"]!.AsArray().Count);
            Assert.All(answer["metadata"]!["cuts"]!.AsArray(), static cut => Assert.NotEmpty(cut!.AsArray()));
            Assert.All(answer["results"]![1]!["exact_statuses"]!.AsArray(), static text => Assert.Equal("PRESENT", (string?)text));
        }

        foreach (var entity in entities)
            Assert.Equal(ExpectedOf([entity]), ValuesOf((await second.AskAsync([entity], "secret")).Answer, 1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.AskAsync(entities, token: null)).Status);

        await first.DisposeAsync();
        await UntilAsync(() => second.Job.Status.Splits.Count == 6, [second.Job]);
        Assert.Equal(ExpectedOf(entities), ValuesOf((await second.AskAsync(entities, "secret")).Answer, 1));
    }

    [Fact]
    public async Task The_token_of_who_asks_goes_along_and_an_owner_that_refuses_or_is_gone_is_named()
    {
        var from = Node.CreateTopic(6);
        await using var first = await Member.StartAsync(Node, from, "theirs");
        await using var second = await Member.StartAsync(Node, from, token: null);
        await first.FillAsync(Node, from, second);
        string[] entities = [.. SharedViews.AllEntities];
        var where = $"The process at {first.Address}, which has some of the entities,";

        var given = await second.AskAsync(entities, "theirs");
        var missing = await second.AskAsync(entities, token: null);
        var forwarded = await second.AskAsync(entities, "theirs", isForwarded: true);
        await first.Server.DisposeAsync();
        var gone = await second.AskAsync(entities, "theirs");
        using var silent = new TcpListener(IPAddress.Loopback, first.Address.Port);
        silent.Start();
        var slow = await second.AskAsync(entities, "theirs");

        Assert.Equal(ExpectedOf(entities), ValuesOf(given.Answer, 1));
        Check(
            HttpStatusCode.Unauthorized, $"{where} answers 401: The request has not the token that the server was started with.", missing);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, forwarded.Status);
        Check(HttpStatusCode.BadGateway, $"{where} does not answer. Ask again: others take over what a process had that died.", gone);
        Check(HttpStatusCode.GatewayTimeout, $"{where} has not answered within 5 seconds. Ask again.", slow);

        static void Check(HttpStatusCode status, string detail, (HttpStatusCode Status, JsonNode Answer) answer)
            => Assert.Equal((status, detail), (answer.Status, (string?)answer.Answer["detail"]));
    }

    [Fact]
    public async Task A_token_goes_over_no_network_in_clear()
    {
        var from = Node.CreateTopic(6);
        await using var first = await Member.StartAsync(Node, from, token: null, new Uri("http://features.example:6566"));
        await using var second = await Member.StartAsync(Node, from, token: null);
        await first.FillAsync(Node, from, second);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => second.AskAsync([$"e{i}"], token: null)));

        var elsewhere = answers.Where(static answer => answer.Status == HttpStatusCode.MisdirectedRequest).ToList();
        Assert.NotEmpty(elsewhere);
        Assert.All(
            elsewhere, static answer => Assert.EndsWith("Ask it at http://features.example:6566/.", (string?)answer.Answer["detail"]));
    }

    [Fact]
    public async Task What_was_forwarded_goes_no_further()
    {
        var from = Node.CreateTopic(6);
        await using var second = await Member.StartAsync(Node, from, token: null);
        await using var first = await Member.StartAsync(Node, from, token: null, second.Address); // it says that it is the other
        await first.FillAsync(Node, from, second);

        var (status, answer) = await second.AskAsync([.. SharedViews.AllEntities], token: null);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, status);
        var detail = (string?)answer["detail"];
        Assert.StartsWith(
            $"The process at {second.Address}, which has some of the entities, answers 421: Pipeline 'views-{from}': ", detail);
        Assert.EndsWith("Either keys move, then ask again; or one row has entities of several processes.", detail);
    }

    private static IEnumerable<string?> ValuesOf(JsonNode answer, int column)
        => answer["results"]![column]!["values"]!.AsArray().Select(static value => (string?)value);

    /// <summary>The last text of each entity.</summary>
    private static IEnumerable<string?> ExpectedOf(IEnumerable<string> entities)
        => entities.Select(
            static entity => $"{SharedViews.Events - SharedViews.AllEntities.Count() + int.Parse(entity[1..])}");

    /// <summary>A process: a job with its server.</summary>
    private sealed record Member(KafkaLog Log, Job Job, FeatureReader<string> Reader, FeatureServer Server, Uri Address, string Service)
        : IAsyncDisposable
    {
        public static async Task<Member> StartAsync(KafkaNode node, string from, string? token, Uri? advertised = null)
        {
            var log = await ConnectAsync(node);
            var port = FreePort();
            var address = new Uri($"http://127.0.0.1:{port}");
            var views = SharedViews.Of(from);
            var job = await views.Pipeline.StartAsync(
                new()
                {
                    Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(100), AdvertisedAddress = advertised ?? address,
                    Restarts = RestartPolicy.ExponentialDelay(5, TimeSpan.FromMilliseconds(10)),
                },
                TestContext.Current.CancellationToken);
            var server = await FeatureServer.StartAsync(
                job, [ServedFeatures.Of(views.Service)], new() { Port = port, Token = token }, TestContext.Current.CancellationToken);
            return new(log, job, job.Read(views.Service), server, address, $"counts-{from}");
        }

        /// <summary>Writes the events, and waits until both processes have their part of them.</summary>
        public async Task FillAsync(KafkaNode node, string from, Member other)
        {
            Job[] jobs = [Job, other.Job];
            await UntilSharedAsync(jobs);
            node.Write(from, Enumerable.Range(0, SharedViews.Events).Select(static i => $"{i}"));
            await UntilAsync(() => SharedViews.AllEntities.All(entity => IsLast(entity) || other.IsLast(entity)), jobs);
        }

        public async Task<(HttpStatusCode Status, JsonNode Answer)> AskAsync(string[] entities, string? token, bool isForwarded = false)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "/get-online-features"))
            {
                Content = JsonContent.Create(new
                {
                    features = new[] { $"{Service.Replace("counts", "events", StringComparison.Ordinal)}:last" }, details = true,
                    entities = new { entity = entities },
                }),
            };
            if (token is not null) request.Headers.Authorization = new("Bearer", token);
            if (isForwarded) request.Headers.Add("dataflow-forwarded", "1");
            using var response = await s_client.SendAsync(request, TestContext.Current.CancellationToken);
            return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await Job.DisposeAsync();
            await Log.DisposeAsync();
        }

        private bool IsLast(string entity)
        {
            try
            {
                return Reader.Read(entity)["last"] is { HasValue: true } last && last.As<string>() == ExpectedOf([entity]).Single();
            }
            catch (KeyElsewhereException)
            {
                return false;
            }
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
