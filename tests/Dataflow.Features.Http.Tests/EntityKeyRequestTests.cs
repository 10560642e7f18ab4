using System.Net;
using System.Text;
using System.Text.Json;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Features.Http.Tests;

/// <summary>Over HTTP too an entity is found by any form of its key, after a restart and on any number of workers.</summary>
public sealed class EntityKeyRequestTests : IAsyncLifetime
{
    private const int Sales = 3;

    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
    private readonly HttpClient _client = new();
    private readonly SimulatedClock _clock = new();

    public ValueTask InitializeAsync()
    {
        var noon = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        _log.Append("sales", [
            new Sale("é", 1.0m, noon, -0.0, 1), new Sale("é", 1.00m, noon.ToOffset(TimeSpan.FromHours(2)), 0.0, 2),
            new Sale("\uD800", 0m, noon.AddTicks(1), double.NaN, 4),
        ]);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _log.DisposeAsync();
    }

    [Theory]
    [InlineData("amounts", """{"amount":[1,1.0,1.00000,"1.0",1e0,0,0.00,-0.0,2]}""", "3,3,3,3,3,4,4,4,0")]
    [InlineData(
        "moments",
        """{"at":["2026-01-01T12:00:00Z","2026-01-01T14:00:00.000+02:00","2026-01-01T01:30:00-10:30","""
        + "\"2026-01-01T12:00:00.0000001Z\",\"2026-01-01T12:00:00+02:00\"]}",
        "3,3,3,4,0")]
    [InlineData("numbers", """{"x":[0,0.0,-0.0,"NaN","-0",1]}""", "3,3,3,4,3,0")]
    [InlineData("texts", """{"text":["é","\u00e9","e\u0301","\ufffd"]}""", "3,3,0,0")]
    [InlineData(
        "all",
        """{"text":["é","é","é"],"amount":[1,"1.00",1]"""
        + ""","at":["2026-01-01T12:00:00Z","2026-01-01T13:00:00+01:00","2026-01-01T12:00:00Z"],"x":[0,-0.0,1]}""",
        "3,3,0")]
    public async Task Any_form_of_a_key_finds_its_entity(string service, string entities, string expected)
    {
        foreach (var workers in new[] { 1, 4 })
        {
            var (status, answer) = await AskAsync(service, entities, workers);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Contains($$"""{"values":[{{expected}}]""", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_text_that_no_JSON_can_hold_is_refused_by_its_column()
    {
        var (status, answer) = await AskAsync("texts", """{"text":["\ud800"]}""", workers: 1);
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "Column 'text' of 'entities' must hold String values."),
            (status, JsonDocument.Parse(answer).RootElement.GetProperty("detail").GetString()));
    }

    private async Task<(HttpStatusCode Status, string Answer)> AskAsync(string service, string entities, int workers)
    {
        var pipeline = new Pipeline("sales");
        var sales = pipeline.From(Topic.Of<Sale>("sales")).WithEventTime(sale => sale.At, TimeSpan.FromDays(1));
        ServedFeatures[] services =
        [
            ServedFeatures.Of(Of<decimal>("amounts", sale => sale.Amount)),
            ServedFeatures.Of(Of<DateTimeOffset>("moments", sale => sale.At)),
            ServedFeatures.Of(Of<double>("numbers", sale => sale.X)),
            ServedFeatures.Of(Of<string>("texts", sale => sale.Text)),
            ServedFeatures.Of(Of<All>("all", sale => new(sale.Text, sale.Amount, sale.At, sale.X))),
        ];
        _clock.Advance(new DateTimeOffset(2026, 1, 1, 13, 0, 0, TimeSpan.Zero) - _clock.GetUtcNow());
        await using var job = await pipeline.StartAsync(
            new JobOptions { Log = _log, Workers = workers, Time = _clock }, TestContext.Current.CancellationToken);
        while (job.StartedFrom == 0
            && job.Status.Steps.Where(IsView).Sum(step => step.Emitted) < Sales * services.Length) await Task.Yield();
        await using var server = await FeatureServer.StartAsync(
            job, services, new FeatureServerOptions { Port = 0 }, TestContext.Current.CancellationToken);
        using var content = new StringContent(
            $$"""{"feature_service":"{{service}}","entities":{{entities}}}""", Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync(
            new Uri(server.Uri, "/get-online-features"), content, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        await job.StopAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, answer);

        static bool IsView(StepStatus step) => step.Name.StartsWith("view-", StringComparison.Ordinal);

        FeatureService<TKey> Of<TKey>(string name, Func<Sale, TKey> key)
            where TKey : notnull
            => FeatureService.Of<TKey>(name, s => s.From(
                sales.KeyBy(key, name: $"by-{name}")
                    .FeatureView(
                    $"view-{name}", v => v.Aggregate("sum", a => a.Sum(sale => sale.Count), [TimeSpan.FromDays(1)], defaultValue: 0)),
                request => request)).Serve();
    }

    public sealed record Sale(string Text, decimal Amount, DateTimeOffset At, double X, int Count);

    public sealed record All(string Text, decimal Amount, DateTimeOffset At, double X);
}
