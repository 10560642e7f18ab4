using Dataflow.Log;
using Dataflow.Tests.Connectors;
using DuckDB.NET.Data;

namespace Dataflow.Tests.Oracle;

public sealed record Flight(DateTime Date, int Delay, string Origin);

public sealed record Airport(string Iata, string City);

public sealed record AirportDelay(string Airport, string City, long WindowStartMs, long Flights, double MeanDelay, int WorstDelay);

/// <summary>Real flights through topics, windows and a join, against SQL over the same files.</summary>
public class FlightsOracleTests
{
    private static readonly Topic<Flight> Flights = Topic.Of<Flight>("flights", partitions: 4);
    private static readonly Topic<AirportDelay> Delays = Topic.Of<AirportDelay>("airport-delays", partitions: 3);

    [Fact]
    public async Task Delays_of_airports_over_six_hours_equal_those_of_DuckDB()
    {
        var (flights, airports) = (Find("flights.parquet"), Find("airports.csv"));
        using var folder = new TemporaryFolder();
        await using var log = LogStore.Open(folder["log"]);
        var options = new JobOptions { Log = log, Workers = 2 };

        await Ingest(flights).RunAsync(options, TestContext.Current.CancellationToken);
        await using var job = await Features(airports).StartAsync(options, TestContext.Current.CancellationToken);
        await job.Completion;

        Assert.All(job.Status.Steps, step => Assert.Equal(0, step.Late));
        AssertEqual(Expected(flights, airports), Delays.ReadAll(log).ToList());
    }

    private static Pipeline Ingest(string flights)
    {
        var pipeline = new Pipeline("ingest");
        pipeline.From(Source.Parquet<Flight>(flights)).KeyBy(flight => flight.Origin).To(Flights);
        return pipeline;
    }

    private static Pipeline Features(string airports)
    {
        var pipeline = new Pipeline("features");
        var cities = pipeline.Table(Source.Csv<Airport>(airports), airport => airport.Iata);
        pipeline.From(Flights.StopAtEnd())
            .WithEventTime(flight => flight.Date, lateness: TimeSpan.FromMinutes(10))
            .KeyBy(flight => flight.Origin)
            .Window(Hopping.Of(TimeSpan.FromHours(6), every: TimeSpan.FromHours(1)))
            .Aggregate(
                a => (a.Count(), a.Mean(flight => flight.Delay), a.Max(flight => flight.Delay)),
                (airport, window, count, mean, worst) => new AirportDelay(airport, "", window.StartMs, count, mean, worst))
            .Join(cities, (delay, airport) => delay with { City = airport.City })
            .To(Delays);
        return pipeline;
    }

    private static List<AirportDelay> Expected(string flights, string airports)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = Sql(flights, airports);
        using var reader = command.ExecuteReader();
        var rows = new List<AirportDelay>();
        while (reader.Read())
        {
            rows.Add(new AirportDelay(
                reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetDouble(4), reader.GetInt32(5)));
        }

        return rows;
    }

    private static string Sql(string flights, string airports) =>
        $"""
        select origin, city, window_start, count(*), avg(delay), max(delay)
        from (
            select origin, delay, epoch_ms(date) // 3600000 * 3600000 - hop * 3600000 as window_start
            from read_parquet('{flights}'), unnest(range(6)) as hops(hop)
        ) join read_csv('{airports}') on iata = origin
        group by all
        """;

    private static void AssertEqual(List<AirportDelay> expected, List<AirportDelay> actual)
    {
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (row, other) in expected.OrderBy(Key).Zip(actual.OrderBy(Key)))
        {
            Assert.Equal(row with { MeanDelay = 0 }, other with { MeanDelay = 0 });
            Assert.Equal(row.MeanDelay, other.MeanDelay, 1e-9);
        }

        static (string, long) Key(AirportDelay row) => (row.Airport, row.WindowStartMs);
    }

    /// <summary>A file of the example that ships with the repository.</summary>
    private static string Find(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Dataflow.sln"))) folder = folder.Parent;
        var path = Path.Combine(folder?.FullName ?? "", "examples", "FlightDelays", file);
        if (!File.Exists(path)) Assert.Skip($"'{path}' is not there.");
        return path;
    }
}
