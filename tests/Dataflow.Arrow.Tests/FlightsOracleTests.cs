using Dataflow.Log;
using DuckDB.NET.Data;

namespace Dataflow.Arrow.Tests;

/// <summary>DuckDB answers the same questions about the same files.</summary>
public sealed class FlightsOracleTests : IDisposable
{
    private static readonly string Flights = Path.Combine(AppContext.BaseDirectory, "flights.parquet");
    private static readonly string Airports = Path.Combine(AppContext.BaseDirectory, "airports.csv");

    private readonly TemporaryFolder _folder = new();

    public sealed record Flight(DateTime Date, int Delay, string Origin);

    public sealed record Airport(string Iata, string City);

    public sealed record Delay(string Origin, long StartMs, long Flights, double Mean, int Worst)
    {
        public string City { get; init; } = "";
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Windows_and_joins_over_all_flights_equal_those_of_DuckDB()
    {
        using var log = LogStore.Open(_folder["log"]);
        var options = new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(100) };
        await Ingest().RunAsync(options, TestContext.Current.CancellationToken);
        await Features().RunAsync(options, TestContext.Current.CancellationToken);

        var actual = Topic.Of<Delay>("delays").ReadAll(log)
            .OrderBy(delay => delay.StartMs).ThenBy(delay => delay.Origin, StringComparer.Ordinal).ToList();

        var expected = AskDuckDB();
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (theirs, ours) in expected.Zip(actual))
        {
            Assert.Equal(theirs with { Mean = 0 }, ours with { Mean = 0 });
            Assert.Equal(theirs.Mean, ours.Mean, 1e-9);
        }
    }

    private static Pipeline Ingest()
    {
        var pipeline = new Pipeline("ingest");
        pipeline.From(Source.Parquet<Flight>(Flights)).KeyBy(flight => flight.Origin).To(Topic.Of<Flight>("flights"));
        return pipeline;
    }

    private static Pipeline Features()
    {
        var pipeline = new Pipeline("features");
        var airports = pipeline.Table(Source.Csv<Airport>(Airports), airport => airport.Iata);
        pipeline.From(Topic.Of<Flight>("flights").StopAtEnd())
            .WithEventTime(flight => flight.Date)
            .KeyBy(flight => flight.Origin)
            .Window(Hopping.Of(TimeSpan.FromHours(6), every: TimeSpan.FromHours(1)))
            .Aggregate(
                a => (a.Count(), a.Mean(flight => flight.Delay), a.Max(flight => flight.Delay)),
                (origin, window, flights, mean, worst) => new Delay(origin, window.StartMs, flights, mean, worst))
            .Join(airports, (delay, airport) => delay with { City = airport.City })
            .To(Topic.Of<Delay>("delays"));
        return pipeline;
    }

    private static List<Delay> AskDuckDB()
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        using var command = duck.CreateCommand();
        command.CommandText = $"""
            SELECT origin, epoch_ms(start) AS start_ms, count(*), avg(delay), max(delay)::INTEGER, city
            FROM (SELECT origin, delay, unnest(generate_series(
                      date_trunc('hour', date) - INTERVAL 5 HOUR, date_trunc('hour', date), INTERVAL 1 HOUR)) AS start
                  FROM '{Flights}')
            JOIN read_csv('{Airports}', header = true) ON iata = origin
            GROUP BY ALL ORDER BY start_ms, origin
            """;
        using var reader = command.ExecuteReader();
        var rows = new List<Delay>();
        while (reader.Read())
        {
            rows.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetDouble(3), reader.GetInt32(4))
            {
                City = reader.GetString(5),
            });
        }

        return rows;
    }
}
