using Dataflow.Arrow.Tests;
using Dataflow.Log;
using Dataflow.Tests;

namespace Dataflow.Features.Tests;

/// <summary>A flight, told when it has left: that much later than it should have.</summary>
public sealed record Flight(long DepartureMs, int Delay, int Distance, string Origin, string Destination)
{
    public long ToldMs => DepartureMs + (Math.Max(0, Delay) * 60_000L);
}

/// <summary>What was asked while the job ran, and at which cut it was answered.</summary>
public sealed record Answer(int Number, long AtMs, Flight Flight, FeatureCut Cut);

/// <summary>The features of flights, as they are served and as training sets have them.</summary>
internal static class FlightFeatures
{
    public const int Partitions = 4;

    private static readonly string s_file = Path.Combine(AppContext.BaseDirectory, "flights.parquet");

    private static readonly Sawtooth[] s_windows =
        [TimeSpan.FromHours(1), Sawtooth.Of(TimeSpan.FromHours(6), hop: TimeSpan.FromMinutes(15)), TimeSpan.FromDays(1),
            TimeSpan.FromDays(7)];

    public static FeatureService<Flight> Service(Pipeline pipeline, bool stopsAtEnd, TimeSpan lateness)
        => Service(pipeline, stopsAtEnd, lateness, lateFrom: 15);

    public static FeatureService<Flight> Service(Pipeline pipeline, bool stopsAtEnd, TimeSpan lateness, int lateFrom)
    {
        var topic = Topic.Of<Flight>("flights");
        var view = pipeline.From(stopsAtEnd ? topic.StopAtEnd() : topic)
            .WithEventTime(flight => flight.DepartureMs, lateness)
            .KeyBy(flight => flight.Origin)
            .FeatureView("airports", v =>
            {
                v.TimeToLive = TimeSpan.FromHours(20);
                v.Aggregate("flights", a => a.Count(), s_windows, defaultValue: 0);
                v.Aggregate("delay_mean", a => a.Mean(flight => flight.Delay), s_windows);
                v.Aggregate("delay_deviation", a => a.StandardDeviation(flight => flight.Delay / 60.0), s_windows);
                v.Aggregate("delay_max", a => a.Max(flight => flight.Delay), s_windows);
                v.Aggregate("late", a => a.Count(flight => flight.Delay > lateFrom), s_windows, defaultValue: 0);
                v.Aggregate("destinations", a => a.CountDistinct(flight => flight.Destination), [TimeSpan.FromDays(1)]);
                v.Last("delay_last", flight => flight.Delay);
                v.Last("destination", flight => flight.Destination);
                v.Ratio("late_share", "late_1d", "flights_1d");
            });
        return FeatureService.Of<Flight>("flight-features", s =>
        {
            s.From(view, flight => flight.Origin);
            s.From(view, flight => flight.Destination, ["delay_mean_6h", "late_share"], prefix: "destination_");
            s.OnDemand("worse_than_there", (flight, features) => features["delay_mean_6h"] is { HasValue: true } here
                && features["destination_delay_mean_6h"] is { HasValue: true } there && here.As<double>() > there.As<double>());
            s.OnDemand("miles", (flight, _) => flight.Distance);
        });
    }

    /// <summary>The first flights, in the order in which they are told of.</summary>
    public static List<Flight> Read(int count)
        => [.. Duck.Ask(
                $"SELECT epoch_ms(date), delay, distance, origin, destination FROM '{s_file}' ORDER BY date, origin, destination, delay, "
                    + $"distance LIMIT {count}",
                row => new Flight(row.GetInt64(0), row.GetInt32(1), row.GetInt32(2), row.GetString(3), row.GetString(4)))
            .OrderBy(flight => flight.ToldMs)];

    public static int PartitionOf(Flight flight) => flight.Origin.Sum(letter => letter) % Partitions;

    public static void Append(LogStore log, IEnumerable<Flight> flights)
    {
        foreach (var partition in flights.GroupBy(PartitionOf)) log.Append("flights", partition, partition.Key, Partitions);
    }

    /// <summary>What DuckDB finds in the flights that each answer knew, the features of the origin.</summary>
    /// <param name="told">All flights, in the order of the topic.</param>
    /// <param name="answers">The answers.</param>
    /// <param name="knowsAll">Whether flights count that came after the answer.</param>
    public static List<(
        int Number, long Hour, double? Mean, double? Deviation, int? Worst, long Day, long Destinations, int? Last,
        double? Week)> AskDuckDB(
        IReadOnlyList<Flight> told, IEnumerable<Answer> answers, bool knowsAll = false)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var offsets = new int[Partitions];
            File.WriteAllLines(
                Path.Combine(folder.FullName, "told.csv"),
                told.Select(f => $"{f.Origin},{f.Destination},{f.DepartureMs},{f.Delay},{offsets[PartitionOf(f)]++}")
                    .Prepend("origin,destination,t,delay,pos"));
            File.WriteAllLines(
                Path.Combine(folder.FullName, "asks.csv"),
                answers.Select(
                    a => $"{a.Number},{a.Flight.Origin},{a.Cut.Positions[0].AtMs},{(knowsAll ? long.MaxValue : a.Cut.Positions[0].Offset)}")
                    .Prepend("number,origin,asked_at,known"));
            return Duck.Ask(
                $"""
                SELECT number,
                       count(f.t) FILTER (f.t >= {Floor("asked_at - 3600000", 300_000)}),
                       avg(f.delay) FILTER (f.t >= {Floor("asked_at - 21600000", 900_000)}),
                       stddev_samp(f.delay / 60.0) FILTER (f.t >= {Floor("asked_at - 86400000", 3_600_000)}),
                       (max(f.delay) FILTER (f.t >= {Floor("asked_at - 604800000", 3_600_000)}))::INTEGER,
                       count(f.t) FILTER (f.t >= {Floor("asked_at - 86400000", 3_600_000)} AND f.delay > 15),
                       count(DISTINCT f.destination) FILTER (f.t >= {Floor("asked_at - 86400000", 3_600_000)}),
                       (arg_max(f.delay, (f.t, f.pos)))::INTEGER,
                       avg(f.delay) FILTER (f.t >= {Floor("asked_at - 604800000", 3_600_000)})
                FROM read_csv('{folder.FullName}/asks.csv', header = true) a
                LEFT JOIN read_csv('{folder.FullName}/told.csv', header = true) f ON f.origin = a.origin AND f.t < asked_at AND f.pos <= known
                GROUP BY number ORDER BY number
                """,
                row => (row.GetInt32(0) is var n ? n : 0, row.GetInt64(1), Double(row, 2), Double(row, 3), Int(row, 4), row.GetInt64(5),
                    row.GetInt64(6), Int(row, 7), Double(row, 8)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Floor(string time, long hop) => $"(floor(({time}) / {hop}.0) * {hop})";

    private static double? Double(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

    private static int? Int(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);
}
