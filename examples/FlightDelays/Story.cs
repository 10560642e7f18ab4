using Dataflow;
using Dataflow.Features;
using Dataflow.Log;
using Dataflow.Onnx;
using Spectre.Console;

namespace FlightDelays;

/// <summary>From live features to a model and back: what is served, what is trained with, what is scored, and whether they agree.</summary>
internal static class Story
{
    private static readonly DateTime s_start = new(2001, 1, 2);
    private static readonly DateTime s_lastWeek = new(2001, 1, 24);
    private static readonly DateTime s_end = new(2001, 1, 31);
    private static readonly Topic<Served<Flight>> s_served = Topic.Of<Served<Flight>>("served");
    private static readonly Topic<FeatureSkew> s_skew = Topic.Of<FeatureSkew>("skew", partitions: 1);

    public static async Task RunAsync(PartitionedLog log, string folder)
    {
        await ServeAsync(log);
        await Show.RunAsync("skew", Skew(), log);
        Show.Skew(s_skew.ReadAll(log));

        var (set, lines) = (Path.Combine(folder, "training-set"), Path.Combine(folder, "training.jsonl"));
        await Show.RunAsync("training set", Risk.Training(s_start, s_lastWeek, set, lines), log);
        AnsiConsole.MarkupLineInterpolated(
            $"training set: [blue]{set}[/]; train.py made delay-risk.onnx of the same rows in [blue]{lines}[/]");

        using var model = OnnxModel.Load(Path.Combine(AppContext.BaseDirectory, "delay-risk.onnx"));
        await Show.RunAsync("scoring", Risk.Scoring(s_lastWeek, s_end, model, Columns(lines)), log);
        Show.Scores([.. Risk.Scored.ReadAll(log)]);
        Show.Drift(Risk.Drifts.ReadAll(log));
    }

    /// <summary>Starts the features live, asks for some airports, and keeps each answer for the comparison.</summary>
    private static async Task ServeAsync(PartitionedLog log)
    {
        var pipeline = new Pipeline("delay-risk-serving");
        var service = Risk.Features(pipeline.From(Pipelines.Flights)).Serve();
        await using var job = await pipeline.StartAsync(new JobOptions { Log = log });
        while (!job.Status.Splits.All(split => split.Lag == 0)) await Task.Delay(50);

        var now = Pipelines.Flights.ReadAll(log).Max(flight => flight.Date);
        var reader = job.Read(service);
        await using var sample = await ServedSample<Flight>.OpenAsync(log, s_served, share: 1, by: flight => flight.Origin);
        string[] airports = ["ATL", "DEN", "JFK", "LAX", "ORD", "SFO"];
        var answers = new List<(Flight Asked, FeatureVector Answer)>();
        foreach (var (from, to) in airports.Zip(airports.Reverse()))
        {
            var asked = new Flight(now, 0, 1000, from, to);
            var answer = reader.Read(asked, at: new DateTimeOffset(now, TimeSpan.Zero));
            sample.Add(asked, answer);
            answers.Add((asked, answer));
        }

        Show.Served(answers);
    }

    private static Pipeline Skew()
    {
        var pipeline = new Pipeline("delay-risk-skew");
        pipeline.FindSkew(s_served, Risk.Features(pipeline.From(Pipelines.Flights.StopAtEnd()))).To(s_skew);
        return pipeline;
    }

    /// <summary>The distributions of the training set's columns.</summary>
    private static List<Distribution> Columns(string lines)
    {
        var rows = File.ReadLines(lines)
            .Select(line => System.Text.Json.JsonSerializer.Deserialize<RiskRow>(line, System.Text.Json.JsonSerializerOptions.Web)!)
            .ToList();
        return [.. Risk.Columns.Select(column => Distribution.Of(rows.Select(row => column.Of(row) ?? double.NaN)))];
    }
}
