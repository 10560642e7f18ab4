using System.Text.Json;
using System.Text.RegularExpressions;
using Dataflow.Log;

namespace Dataflow.Telemetry.Tests;

/// <summary>The dashboard and the alerts of the manual against a real Prometheus, which scrapes jobs that run.</summary>
public partial class PrometheusTests(Scraped scraped) : IClassFixture<Scraped>
{
    private static readonly string s_rules = Repository.PathOf("src/docs/operating/alerts.yml");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Promtool_finds_no_fault_in_a_scrape()
    {
        Assert.SkipUnless(PrometheusServer.IsInstalled, "There is no Prometheus here.");
        await PrometheusServer.CheckAsync(await scraped.ScrapeAsync(Cancelled), "check", "metrics");
    }

    [Fact]
    public async Task Promtool_finds_no_fault_in_the_alerts_and_each_fires_when_it_should()
    {
        Assert.SkipUnless(PrometheusServer.IsInstalled, "There is no Prometheus here.");
        await PrometheusServer.CheckAsync(null, "check", "rules", s_rules);
        await PrometheusServer.CheckAsync(null, "test", "rules", Repository.PathOf("tests/Telemetry.Tests/alerts.test.yml"));
        var tested = await File.ReadAllTextAsync(Repository.PathOf("tests/Telemetry.Tests/alerts.test.yml"), Cancelled);
        Assert.Equal([], Alert().Matches(await File.ReadAllTextAsync(s_rules, Cancelled)).Select(alert => alert.Groups[1].Value)
            .Where(alert => !tested.Contains($"alertname=\"{alert}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Prometheus_has_an_answer_to_each_expression_of_the_dashboard_and_of_the_alerts()
    {
        Assert.SkipUnless(PrometheusServer.IsInstalled, "There is no Prometheus here.");
        using var prometheus = await PrometheusServer.StartAsync(scraped.Port, s_rules);
        var unanswered = new List<string>();
        foreach (var expression in Panels().Concat(Measured()))
        {
            if (await prometheus.CountAsync(expression, Cancelled) == 0) unanswered.Add(expression);
        }

        Assert.Equal([], unanswered);
    }

    [Fact]
    public async Task The_end_of_a_job_takes_its_series_away_and_leaves_those_of_others()
    {
        const string Checkpoints = "dataflow_checkpoints_total{otel_scope_name=\"Dataflow\",otel_scope_pipeline=";
        await using (var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory }))
        {
            var pipeline = new Pipeline("short");
            pipeline.From(Topic.Of<long>("numbers")).To(Sink.Memory<long>());
            await using var job = await pipeline.StartAsync(new JobOptions { Log = log }, Cancelled);
            await UntilAsync(text => text.Contains($"{Checkpoints}\"short\"", StringComparison.Ordinal));
        }

        await UntilAsync(text => !text.Contains($"{Checkpoints}\"short\"", StringComparison.Ordinal));

        Assert.Contains($"{Checkpoints}\"orders\"", await scraped.ScrapeAsync(Cancelled), StringComparison.Ordinal);
    }

    private async Task UntilAsync(Func<string, bool> isSo)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isSo(await scraped.ScrapeAsync(Cancelled))) await Task.Delay(50, bound.Token);
    }

    /// <summary>The expressions of the dashboard, for all pipelines and in a time that a test has.</summary>
    private static IEnumerable<string> Panels()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("src/docs/operating/grafana.json")));
        return [.. from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
                   where panel.TryGetProperty("targets", out _)
                   from target in panel.GetProperty("targets").EnumerateArray()
                   select target.GetProperty("expr").GetString()!.Replace("$pipeline", ".+", StringComparison.Ordinal)
                       .Replace("$__rate_interval", "1m", StringComparison.Ordinal)];
    }

    /// <summary>What the alerts measure: their expressions without the bounds, which a sound job does not pass.</summary>
    private static IEnumerable<string> Measured()
        => Expression().Matches(File.ReadAllText(s_rules)).SelectMany(found => found.Groups[1].Value.Split(" and "))
            .Select(part => Regex.Replace(part.Trim(), @" [<>=]=? [\d.]+$", ""));

    [GeneratedRegex(@"alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"expr: (.+)")]
    private static partial Regex Expression();
}
