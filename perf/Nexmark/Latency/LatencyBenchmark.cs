using System.Text.Json;
using Dataflow.Log;

namespace Dataflow.Perf.Nexmark;

/// <summary>What a run at a fixed rate measured; one JSON line.</summary>
internal sealed record LatencyMeasurement(
    string Query, long Events, long Rate, int Workers, long Rows, double P50Ms, double P99Ms, double P999Ms);

/// <summary>Runs queries one after the other at the rate of their events' own time, and says how late rows come.</summary>
internal static class LatencyBenchmark
{
    private const int SharesOfEvents = 5; // the first of them only warms up

    public static async Task RunAsync(Settings settings)
    {
        foreach (var query in settings.Queries)
        {
            var measurement = await QueryJob.OnNewLogAsync(settings, query, log => MeasureAsync(settings, query, log));
            Console.WriteLine(JsonSerializer.Serialize(measurement, Settings.Json));
        }
    }

    private static async Task<LatencyMeasurement> MeasureAsync(Settings settings, string query, LogStore log)
    {
        var pace = new Pace(settings.Rate);
        var latencies = new Latencies(pace, settings.Rate, settings.Events / SharesOfEvents);
        var results = new Results { Latencies = latencies };
        await using var job = await QueryJob.StartAsync(settings, query, log, results, pace);
        await job.Completion;
        return new LatencyMeasurement(
            query, settings.Events, settings.Rate, settings.Workers, results.Rows,
            latencies.Quantile(0.5), latencies.Quantile(0.99), latencies.Quantile(0.999));
    }
}
