using Dataflow.Testing;
using Dataflow.Tests.Connectors;
using DuckDB.NET.Data;

namespace Dataflow.Arrow.Tests;

public class ParquetSourceTests : SourceContract<ParquetSourceTests.Flight>
{
    // Several row groups: DuckDB makes one of 2,048 rows at least.
    private const int Count = 5_000;

    private string Path => Folder["flights.parquet"];

    protected override IReadOnlyList<Flight> Expected { get; } = [.. Enumerable.Range(0, Count).Select(i => new Flight(
        DateTime.UnixEpoch.AddSeconds(i), i % 7 == 0 ? null : i - 50, i * 0.5, $"A{i % 20}",
        i % 5 == 0 ? null : $"B{i}", i % 2 == 0 ? Carrier.United : Carrier.Delta))];

    protected override Source<Flight> Create()
    {
        if (!File.Exists(Path)) Write($"""
            SELECT TIMESTAMP '1970-01-01' + to_seconds(i) AS departure_time,
                CASE WHEN i % 7 = 0 THEN NULL ELSE (i - 50)::INTEGER END AS delay,
                i * 0.5::DOUBLE AS distance, 'A' || (i % 20) AS origin,
                CASE WHEN i % 5 = 0 THEN NULL ELSE 'B' || i END AS destination,
                CASE WHEN i % 2 = 0 THEN 'united' ELSE 'Delta' END AS carrier, 1 AS unused
            FROM range({Count}) t(i)
            """);
        return Source.Parquet<Flight>(Path);
    }

    [Theory]
    [InlineData(2_047)]
    [InlineData(2_048)]
    [InlineData(2_049)]
    [InlineData(4_096)]
    public void Carries_on_around_the_ends_of_row_groups(int position)
        => Assert.Equal(Expected.Skip(position), Read(Create(), position).Select(r => r.Value));

    [Fact]
    public void Reads_a_column_as_each_type_that_has_room_for_it()
    {
        Write("""
            SELECT 1::TINYINT AS a, 2::BIGINT AS b, 3::INTEGER AS c, 1.5::FLOAT AS d, true AS e, '\x01\x02'::BLOB AS f,
                TIMESTAMP '2001-01-01 00:01:00.123' AS g, TIMESTAMPTZ '2001-01-01 01:00:00+01' AS h,
                TIMESTAMP '1969-12-31 23:59:59' AS i, 12.25::DECIMAL(9,2) AS j, DATE '2001-02-03' AS k,
                TIMESTAMP '2001-01-01 00:01:00' AS l
            """);
        var row = Assert.Single(Read(Source.Parquet<Wide>(Path))).Value;
        Assert.Equal((1L, (int?)2, 3.0, 1.5, (bool?)true), (row.A, row.B, row.C, row.D, row.E));
        Assert.Equal([1, 2], row.F);
        Assert.Equal(new DateTimeOffset(2001, 1, 1, 0, 1, 0, 123, TimeSpan.Zero), row.G);
        Assert.Equal(new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc), row.H);
        Assert.Equal(-1000, row.I);
        Assert.Equal(12.25m, row.J);
        Assert.Equal(new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc), row.K);
        Assert.Equal(new DateTime(2001, 1, 1, 0, 1, 0, DateTimeKind.Utc), row.L);
        Assert.All([row.H, row.K, row.L], time => Assert.Equal(DateTimeKind.Utc, time.Kind));
    }

    [Fact]
    public void Reads_what_DuckDB_reads_of_a_shuffled_file()
    {
        Write("SELECT hash(i) % 1000 AS x, CASE WHEN hash(i) % 3 = 0 THEN NULL ELSE hash(i * 7)::VARCHAR END AS y "
            + "FROM range(20000) t(i)");
        using var duck = Open();
        using var command = duck.CreateCommand();
        command.CommandText = $"SELECT x, y FROM '{Path}'";
        using var rows = command.ExecuteReader();
        foreach (var record in Read(Source.Parquet<Pair>(Path)))
        {
            Assert.True(rows.Read());
            Assert.Equal(
                ((int)rows.GetFieldValue<ulong>(0), rows.IsDBNull(1) ? null : rows.GetString(1)), (record.Value.X, record.Value.Y));
        }

        Assert.False(rows.Read());
    }

    [Fact]
    public void Reads_the_flights_of_the_example_as_DuckDB_does()
    {
        var path = System.IO.Path.Combine(AppContext.BaseDirectory, "flights.parquet");
        using var duck = Open();
        using var command = duck.CreateCommand();
        command.CommandText = $"SELECT epoch_ms(date), delay, distance, origin, destination FROM '{path}'";
        using var rows = command.ExecuteReader();
        using var reader = Open(Source.Parquet<ExampleFlight>(path), 0);
        var read = new Record<ExampleFlight>[1_000];
        while (!reader.IsFinished)
        {
            foreach (var record in read.AsSpan(0, reader.Read(read)))
            {
                Assert.True(rows.Read());
                var expected = new ExampleFlight(
                    rows.GetInt64(0), (int)rows.GetInt64(1), (int)rows.GetInt64(2), rows.GetString(3), rows.GetString(4));
                if (record.Value != expected) Assert.Equal(expected, record.Value);
            }
        }

        Assert.Equal(508_239, reader.Position);
        Assert.False(rows.Read());
    }

    [Fact]
    public void Has_no_rows_where_the_file_has_none()
    {
        Write("SELECT 1 AS x, 'a' AS y WHERE false");
        Assert.Empty(Read(Source.Parquet<Pair>(Path)));
    }

    [Fact]
    public void Says_which_file_is_missing() => Assert.Equal(
        "File 'none.parquet': it does not exist. Relative paths start at the program's current directory; correct the path.",
        ErrorOf(() => Source.Parquet<Pair>(Folder["none.parquet"])));

    [Theory]
    [InlineData("")]
    [InlineData("x,y\n1,2\n")]
    [InlineData("PAR1 and some text that is no footer PAR1")]
    public void Says_that_a_file_is_not_Parquet(string text) => Assert.StartsWith(
        "File 'a.parquet': it is not readable as Parquet (",
        ErrorOf(() => Source.Parquet<Pair>(Folder.Write("a.parquet", text))), StringComparison.Ordinal);

    [Fact]
    public void Says_which_columns_are_missing()
    {
        Write("SELECT 1 AS x, 2 AS z");
        Assert.Equal(
            "File 'flights.parquet': Pair needs a column 'Y' (String); there is 'x', 'z'. Rename the members or the columns so "
            + "that they agree (case and '_' do not matter).",
            ErrorOf(() => Source.Parquet<Pair>(Path)));
    }

    [Fact]
    public void Says_which_column_has_another_type()
    {
        Write("SELECT 1.5::DOUBLE AS x, 'a' AS y");
        Assert.Equal(
            "File 'flights.parquet', column 'x': it holds Double, Pair.X is Int32. Give the member a type that takes every value "
            + "of the column.",
            ErrorOf(() => Source.Parquet<Pair>(Path)));
    }

    [Fact]
    public void Says_which_column_holds_lists()
    {
        Write("SELECT [1, 2] AS x, 'a' AS y");
        Assert.Contains("column 'x': it holds lists or groups, Pair.X is Int32.", ErrorOf(() => Source.Parquet<Pair>(Path)));
    }

    [Theory]
    [InlineData("CASE WHEN i = 3000 THEN 5000000000 ELSE i END AS x, '' AS y", "Pair: column 'x': the value does not fit Int32.")]
    [InlineData("CASE WHEN i = 3000 THEN NULL ELSE i END AS x, '' AS y", "Pair: column 'x' is null there and X is Int32.")]
    public void Says_in_which_row_a_value_does_not_fit(string columns, string expected)
    {
        Write($"SELECT {columns} FROM range({Count}) t(i)");
        Assert.Equal(
            $"Source 'flights.parquet' could not read flights.parquet@3000 as {expected} Correct the record or the type that it is "
            + "read as, then start the job again.",
            ErrorOf(() => Source.Parquet<Pair>(Path)));
    }

    [Fact]
    public void Says_in_which_row_a_value_does_not_fit_when_it_carries_on_before_it()
    {
        Write("SELECT CASE WHEN i = 3000 THEN NULL ELSE i END AS x, '' AS y FROM range(5000) t(i)");
        Assert.Contains("@3000 as Pair", Assert.Throws<OperatorException>(() => Read(Source.Parquet<Pair>(Path), 2_500)).Message);
    }

    [Fact]
    public void Rows_that_do_not_fit_become_dead_letters_where_the_pipeline_says_so()
    {
        Write("SELECT CASE WHEN i % 1000 = 7 THEN NULL ELSE i END AS x, '' AS y FROM range(5000) t(i)");
        using var log = SimulatedJob.OpenLog();
        var pipeline = new Pipeline("bad") { OnError = ErrorPolicy.DeadLetter() };
        var results = Sink.Memory<int>();
        pipeline.From(Source.Parquet<Pair>(Path)).Select(pair => pair.X).To(results);

        SimulatedJob.Start(pipeline, log).Run();

        Assert.Equal(Enumerable.Range(0, 5000).Where(i => i % 1000 != 7), results.Committed);
        Assert.Equal([7, 1007, 2007, 3007, 4007], Topic.Of<DeadLetter>("bad.dead-letters").ReadAll(log).Select(letter => letter.Position));
    }

    [Fact]
    public void Says_in_which_row_a_text_is_null_or_names_no_value_of_an_enum()
    {
        Write("SELECT CASE WHEN i = 3000 THEN NULL ELSE 'Delta' END AS name FROM range(5000) t(i)");
        Assert.Contains("@3000 as Named: column 'name' is null there and Name is String.", ErrorOf(() => Source.Parquet<Named>(Path)));
        Write("SELECT CASE WHEN i = 3000 THEN 'secret' ELSE 'Delta' END AS name FROM range(5000) t(i)");
        Assert.Contains(
            "@3000 as OfCarrier: column 'name': the value does not fit Carrier.", ErrorOf(() => Source.Parquet<OfCarrier>(Path)));
    }

    [Theory]
    [InlineData("TIMESTAMP 'infinity'", "TIMESTAMP '2001-01-01'")]
    [InlineData("TIMESTAMP '12345-01-01'", "TIMESTAMP '2001-01-01'")]
    [InlineData("TIMESTAMP '-4000-01-01'", "TIMESTAMP '2001-01-01'")]
    public void Loses_one_row_to_a_time_that_has_no_room(string bad, string good)
    {
        Write($"SELECT CASE WHEN i = 3000 THEN {bad} ELSE {good} END AS time, i::INTEGER AS id FROM range({Count}) t(i)");
        var (values, faults) = Reads.All(Source.Parquet<Timed>(Path));
        Assert.Equal(Enumerable.Range(0, Count).Where(i => i != 3000), values.Select(timed => timed.Id));
        Assert.Equal(["column 'time': the value does not fit DateTime"], faults);
    }

    [Fact]
    public void Reads_decimals_as_wide_as_there_is_room_for_and_loses_one_row_to_a_wider_one()
    {
        Write("""
            SELECT CASE WHEN i = 1 THEN 99999999999999999999999999999999999999 ELSE i END::DECIMAL(38,0) AS whole,
                (i / 1000)::DECIMAL(18,3) AS parts, (-i / 8)::DECIMAL(30,20) AS many FROM range(5) t(i)
            """);
        var (values, faults) = Reads.All(Source.Parquet<Decimals>(Path));
        Assert.Equal(new int[] { 0, 2, 3, 4 }.Select(i => new Decimals(i, i / 1000m, -i / 8m)), values);
        Assert.Equal(["column 'whole': the value does not fit Decimal"], faults);
    }

    [Theory]
    [InlineData("PARQUET_VERSION v2")]
    [InlineData("PARQUET_VERSION v1, COMPRESSION lz4")]
    [InlineData("COMPRESSION brotli")]
    [InlineData("COMPRESSION gzip")]
    public void Reads_every_encoding_that_DuckDB_writes(string options)
    {
        Write($"SELECT {string.Join(", ", Mixed.Select(pair => $"{pair.Value} AS {pair.Key}"))} FROM range({Count}) t(i)", options);
        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => new Encoded(
                DateTime.UnixEpoch.AddSeconds(i), i % 3 == 0, i % 5 == 0 ? null : i % 2 == 0, i, $"t{i}",
                new DateOnly(1970, 1, 1).AddDays(i))),
            Read(Source.Parquet<Encoded>(Path)).Select(record => record.Value));
    }

    [Fact]
    public void Says_which_column_is_damaged_from_which_row()
    {
        Write($"SELECT i::INTEGER AS x, 'text ' || hash(i) AS y FROM range({Count}) t(i)", "COMPRESSION snappy");
        var bytes = File.ReadAllBytes(Path);
        bytes.AsSpan(bytes.Length / 2, 1_000).Clear();
        File.WriteAllBytes(Path, bytes);
        Assert.Matches(
            "^File 'flights.parquet', row (2048|4096) and what follows: column '.' is damaged \\(.*\\). Write or fetch the file again.$",
            ErrorOf(() => Source.Parquet<Pair>(Path)));
    }

    [Fact]
    public void Other_columns_do_not_matter()
    {
        Write("SELECT 7::INTEGER AS x, 'a' AS y, [1, 2] AS list, {'a': 1} AS struct, MAP {1: 'x'} AS map, [[1]] AS deep, uuid() AS id, "
            + "INTERVAL 1 DAY AS span");
        Assert.Equal([new Pair(7, "a")], Read(Source.Parquet<Pair>(Path)).Select(record => record.Value));
    }

    [Fact]
    public void Refuses_a_number_for_the_name_of_an_enum()
    {
        Write("SELECT '1' AS name");
        Assert.Equal(["column 'name': the value does not fit Carrier"], Reads.All(Source.Parquet<OfCarrier>(Path)).Faults);
    }

    [Fact]
    public void Refuses_a_file_that_is_another_than_the_one_that_was_read_in_part_or_reads_it_anew_where_it_is_told_to()
    {
        Write("SELECT i::INTEGER AS x, 'a' AS y FROM range(5000) t(i)");
        var context = new SourceContext(null!, TimeProvider.System);
        SourceSplit split;
        using (var reader = Source.Parquet<Pair>(Path).Open(new SourceSplit(0, 0, "a", null), 0, context))
        {
            Assert.Equal(100, reader.Read(new Record<Pair>[100]));
            split = new SourceSplit(0, 0, "a", null) { Mark = reader.Mark };
        }

        using (var same = Source.Parquet<Pair>(Path).Open(split, 100, context)) Assert.Equal(100, same.Position);
        Write("SELECT i::INTEGER AS x, 'b' AS y FROM range(6000) t(i)");
        Assert.Contains("its first 100 rows are not those that the job had read.",
            Assert.Throws<ConnectorException>(() => Source.Parquet<Pair>(Path).Open(split, 100, context)).Message);
        using var anew = Source.Parquet<Pair>(Path, ReplacedFile.ReadAnew).Open(split, 100, context);
        Assert.Equal(0, anew.Position);
    }

    private static readonly Dictionary<string, string> Mixed = new()
    {
        ["time"] = "TIMESTAMP '1970-01-01' + to_seconds(i)",
        ["flag"] = "i % 3 = 0",
        ["perhaps"] = "CASE WHEN i % 5 = 0 THEN NULL ELSE i % 2 = 0 END",
        ["id"] = "i::INTEGER",
        ["text"] = "'t' || i",
        ["day"] = "(DATE '1970-01-01' + i::INTEGER)",
    };

    private void Write(string query, string options = "COMPRESSION zstd")
    {
        using var duck = Open();
        using var command = duck.CreateCommand();
        command.CommandText = $"COPY ({query}) TO '{Path}' (FORMAT parquet, {options}, ROW_GROUP_SIZE 2048)";
        command.ExecuteNonQuery();
    }

    private static DuckDBConnection Open()
    {
        var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        return duck;
    }

    public record Timed(DateTime Time, int Id);

    public record Decimals(decimal Whole, decimal Parts, decimal Many);

    public record Encoded(DateTime Time, bool Flag, bool? Perhaps, int Id, string Text, DateOnly Day);

    public enum Carrier
    {
        United,
        Delta,
    }

    public record Flight(
        DateTime DepartureTime, int? Delay, double Distance, string Origin, string? Destination, Carrier Carrier);

    public record Wide(
        long A, int? B, double C, double D, bool? E, byte[] F, DateTimeOffset G, DateTime H, long I, decimal J, DateTime K,
        DateTime L);

    public record ExampleFlight(long Date, int Delay, int Distance, string Origin, string Destination);

    public record Pair(int X, string? Y);

    public record Named(string Name);

    public record OfCarrier(Carrier Name);
}
