using Dataflow;
using Dataflow.Arrow;
using Dataflow.Features;
using Dataflow.Onnx;

namespace FlightDelays;

/// <summary>The features from which a model tells how likely a flight is late, defined once: for answers, for training, for
/// scoring.</summary>
internal static class Risk
{
    /// <summary>From when on a flight counts as late, minutes.</summary>
    public const int LateFrom = 15;

    private static readonly Sawtooth[] s_windows = [TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1)];

    public static readonly Topic<ScoredFlight> Scored = Topic.Of<ScoredFlight>("scored");
    public static readonly Topic<ColumnDrift> Drifts = Topic.Of<ColumnDrift>("drift", partitions: 1);

    /// <summary>The columns, as the model was trained with them.</summary>
    public static readonly IReadOnlyList<(string Name, Func<RiskRow, float?> Of)> Columns =
    [
        ("delay_mean_1h", row => row.DelayMean1h),
        ("delay_mean_6h", row => row.DelayMean6h),
        ("late_share_1h", row => row.LateShare1h),
        ("late_share_1d", row => row.LateShare1d),
        ("destination_delay_mean_6h", row => row.DestinationDelayMean6h),
        ("hour", row => row.Hour),
        ("distance", row => row.Distance),
    ];

    /// <summary>The features of an airport at the time at which a flight is due to leave it.</summary>
    public static FeatureService<Flight> Features(Stream<Flight> flights)
    {
        // A delay is known when the flight has left, not when it was to leave: a model that was told earlier would have seen the future.
        var airports = flights
            .WithEventTime(
                flight => flight.Date.AddMinutes(Math.Max(0, flight.Delay)), maxOutOfOrderness: TimeSpan.FromHours(6), name: "left")
            .KeyBy(flight => flight.Origin)
            .FeatureView("airports", v =>
            {
                v.Owner = "operations";
                v.Description = "How late flights leave an airport";
                v.TimeToLive = TimeSpan.FromDays(2);
                v.Aggregate("flights", a => a.Count(), s_windows, defaultValue: 0);
                v.Aggregate("delay_mean", a => a.Mean(flight => flight.Delay), s_windows);
                v.Aggregate("late", a => a.Count(flight => flight.Delay > LateFrom), s_windows, defaultValue: 0);
                v.Ratio("late_share_1h", "late_1h", "flights_1h");
                v.Ratio("late_share_1d", "late_1d", "flights_1d");
            });
        return FeatureService.Of<Flight>("delay-risk", s =>
        {
            s.From(airports, flight => flight.Origin, ["delay_mean_1h", "delay_mean_6h", "late_share_1h", "late_share_1d"]);
            s.From(airports, flight => flight.Destination, ["delay_mean_6h"], prefix: "destination_");
            s.OnDemand("hour", (flight, _) => flight.Date.Hour);
            s.OnDemand("distance", (flight, _) => flight.Distance);
        });
    }

    /// <summary>The flights of a span of time, each with its features as of the moment it was due and what became of it.</summary>
    public static Stream<RiskRow> Rows(Pipeline pipeline, DateTime from, DateTime to)
    {
        var flights = pipeline.From(Pipelines.Flights.StopAtEnd());
        return flights.Where(flight => flight.Date >= from && flight.Date < to, name: "in-span")
            .WithEventTime(flight => flight.Date, maxOutOfOrderness: TimeSpan.FromMinutes(10), name: "due")
            .JoinFeatures(Features(flights), RowOf);
    }

    /// <summary>Writes the rows of a span of time as a training set, and as lines for <c>train.py</c>.</summary>
    public static Pipeline Training(DateTime from, DateTime to, string folder, string lines)
    {
        var pipeline = new Pipeline("delay-risk-training");
        var rows = Rows(pipeline, from, to);
        rows.To(Sink.TrainingSet<RiskRow>(folder));
        rows.To(Sink.JsonLines<RiskRow>(lines));
        return pipeline;
    }

    /// <summary>Has the model score the flights of a span of time, and compares their columns with those it was trained with.</summary>
    public static Pipeline Scoring(
        DateTime from, DateTime to, OnnxModel model, IReadOnlyList<Distribution> trained)
    {
        var pipeline = new Pipeline("delay-risk-scoring");
        var rows = Rows(pipeline, from, to);
        rows.Score(
            model, [.. Columns.Select(column => (Func<RiskRow, float>)(row => column.Of(row) ?? float.NaN))],
            (row, risk) => new ScoredFlight(row.Late, risk[0])).To(Scored);
        var drifts = Columns.Select((column, i) => rows.Window(Global.Window, $"drift-{column.Name}")
            .Aggregate(a => a.Drift(row => column.Of(row) ?? double.NaN, trained[i]), (_, found) => new ColumnDrift(column.Name, found)));
        drifts.Aggregate((all, one) => all.Union(one)).To(Drifts);
        return pipeline;
    }

    private static RiskRow RowOf(Flight flight, FeatureVector features) => new(
        flight.Date,
        flight.Origin,
        flight.Destination,
        flight.Delay > LateFrom,
        Number(features["delay_mean_1h"]),
        Number(features["delay_mean_6h"]),
        Number(features["late_share_1h"]),
        Number(features["late_share_1d"]),
        Number(features["destination_delay_mean_6h"]),
        Number(features["hour"]),
        Number(features["distance"]));

    private static float? Number(FeatureValue value) => value.HasValue ? (float)value.As<double>() : null;
}

/// <summary>A row of the training set: null where nothing was known.</summary>
public sealed record RiskRow(
    DateTime Date,
    string Origin,
    string Destination,
    bool Late,
    float? DelayMean1h,
    float? DelayMean6h,
    float? LateShare1h,
    float? LateShare1d,
    float? DestinationDelayMean6h,
    float? Hour,
    float? Distance);

/// <summary>The outcome of a flight, with its predicted risk.</summary>
public readonly record struct ScoredFlight(bool Late, float Risk);

/// <summary>The drift of a column from that of the training set.</summary>
public sealed record ColumnDrift(string Column, Drift Drift);
