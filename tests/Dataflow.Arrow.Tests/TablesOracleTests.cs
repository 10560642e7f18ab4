using Dataflow.Testing;

namespace Dataflow.Arrow.Tests;

/// <summary>DuckDB answers what tables made of the same flights hold in the end.</summary>
public sealed class TablesOracleTests
{
    private const int Most = 20_000;

    private static readonly string Flights = Path.Combine(AppContext.BaseDirectory, "flights.parquet");

    private static readonly string Few = $"""
        WITH few AS (SELECT row_number() OVER () AS id, epoch_ms(date) AS t, origin, destination, delay FROM '{Flights}' LIMIT {Most})
        """;

    public sealed record Row(long Id, long TimeMs, string Origin, string Destination, int Delay);

    public sealed record Airport(string Origin, long Flights, long Destinations, long Routes, long LatestDelays, int WorstLatest);

    /// <summary>Of each airport all its flights, and the latest flight of each of its routes: taken back when a later one comes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Groups_of_the_latest_rows_joined_with_aggregates_equal_those_of_DuckDB(int workers)
    {
        var rows = Duck.Ask($"{Few} SELECT id, t, origin, destination, delay FROM few ORDER BY id", row
            => new Row(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetInt32(4)));
        var pipeline = new Pipeline("tables");
        var flights = pipeline.From(Source.Of(rows));
        var all = flights.KeyBy(row => row.Origin)
            .Aggregate(
                a => (a.Count(), a.CountDistinct(row => row.Destination)), (origin, count, to) => (Count: count, Destinations: to), "all");
        var latest = flights.KeyBy(row => (row.Origin, row.Destination)).LatestBy(row => (row.TimeMs, row.Id))
            .GroupBy(row => row.Origin)
            .Aggregate(
                a => (a.Count(), a.Sum(row => row.Delay), a.Max(row => row.Delay)),
                (origin, routes, sum, worst) => (Origin: origin, Routes: routes, Sum: sum, Worst: worst), "latest");
        var changes = Sink.Memory<Change<Airport>>();
        all.Join(latest, (l, r) => new Airport(r.Origin, l.Count, l.Destinations, r.Routes, r.Sum, r.Worst)).Changes().To(changes);

        var airports = new Dictionary<string, Airport>();
        foreach (var change in Harness.Run(pipeline, changes, workers))
        {
            Assert.Equal(change.HasOld ? change.Old : null, airports.GetValueOrDefault((change.HasNew ? change.New : change.Old).Origin));
            if (change.HasNew) airports[change.New.Origin] = change.New;
            else airports.Remove(change.Old.Origin);
        }

        var expected = Duck.Ask(
            $"""
            {Few}, latest AS (SELECT origin, destination, arg_max(delay, (t, id)) AS delay FROM few GROUP BY ALL)
            SELECT few.origin, any_value(n), any_value(d), count(*), sum(delay)::BIGINT, max(delay)::INTEGER
            FROM latest AS few JOIN (SELECT origin, count(*) AS n, count(DISTINCT destination) AS d FROM few GROUP BY origin) AS total
            ON total.origin = few.origin GROUP BY few.origin
            """,
            row => new Airport(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt32(5)));
        Assert.NotEmpty(expected);
        Assert.Equal(
            expected.OrderBy(a => a.Origin, StringComparer.Ordinal), airports.Values.OrderBy(a => a.Origin, StringComparer.Ordinal));
    }
}
