using Dataflow.Testing;

namespace Dataflow.Arrow.Tests;

/// <summary>DuckDB joins the same flights: the short ones with the long ones of the same airport.</summary>
public sealed class JoinsOracleTests
{
    private const int Most = 20_000;
    private const int LongMiles = 1500;

    private static readonly string Flights = Path.Combine(AppContext.BaseDirectory, "flights.parquet");

    private static readonly string Sides = $"""
        WITH few AS (SELECT row_number() OVER () AS id, epoch_ms(date) AS t, origin, distance FROM '{Flights}' LIMIT {Most}),
        lefts AS (SELECT * FROM few WHERE distance >= {LongMiles}),
        rights AS (SELECT * FROM few WHERE distance < {LongMiles})
        """;

    public sealed record Row(long Id, long TimeMs, string Origin, int Distance);

    [Fact]
    public void A_join_by_interval_equals_that_of_DuckDB() => Agrees(
        """
        SELECT l.id, r.id FROM lefts l JOIN rights r
        ON l.origin = r.origin AND r.t BETWEEN l.t - 600000 AND l.t + 1800000
        """,
        (lefts, rights) => lefts.JoinInterval(rights, TimeSpan.FromMinutes(-10), TimeSpan.FromMinutes(30), Ids));

    [Fact]
    public void A_join_by_window_equals_that_of_DuckDB() => Agrees(
        "SELECT l.id, r.id FROM lefts l JOIN rights r ON l.origin = r.origin AND l.t // 3600000 = r.t // 3600000",
        (lefts, rights) => lefts.JoinWindow(rights, Tumbling.Every(TimeSpan.FromHours(1)), Ids));

    [Fact]
    public void A_join_as_of_a_time_equals_that_of_DuckDB() => Agrees(
        """
        SELECT l.id, r.t FROM lefts l ASOF JOIN (SELECT DISTINCT origin, t FROM rights) r ON l.origin = r.origin AND l.t >= r.t
        """,
        (lefts, rights) => lefts.JoinAsOf(rights, (left, right) => (left.Id, right.TimeMs)));

    private static void Agrees(
        string query, Func<KeyedStream<string, Row>, KeyedStream<string, Row>, KeyedStream<string, (long, long)>> join)
    {
        var rows = Duck.Ask($"{Sides} SELECT id, t, origin, distance FROM few ORDER BY id", row
            => new Row(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetInt32(3)));
        var pipeline = new Pipeline("joined");
        var results = Sink.Memory<(long, long)>();
        join(Timed("lefts", row => row.Distance >= LongMiles), Timed("rights", row => row.Distance < LongMiles)).To(results);

        var expected = Duck.Ask($"{Sides} {query}", row => (row.GetInt64(0), row.GetInt64(1)));
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Order(), Harness.Run(pipeline, results, workers: 2).Order());

        KeyedStream<string, Row> Timed(string name, Func<Row, bool> isOfIt)
            => pipeline.From(Source.Of(rows.Where(isOfIt), name))
                .WithEventTime(row => row.TimeMs, maxOutOfOrderness: TimeSpan.FromDays(1000), name: $"{name}-time")
                .KeyBy(row => row.Origin);
    }

    private static (long, long) Ids(Row left, Row right) => (left.Id, right.Id);
}
