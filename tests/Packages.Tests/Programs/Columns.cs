using Apache.Arrow.Ipc;
using Dataflow;
using Dataflow.Arrow;
using Dataflow.Log;

var directory = Directory.CreateTempSubdirectory("columns-").FullName;
await using PartitionedLog log = LogStore.Open(Path.Combine(directory, "log"));
await Columns.RunAsync<Reading>(new JobOptions { Log = log }, directory, "readings", static i => new(
    DateTimeOffset.UnixEpoch.AddSeconds(i), $"sensor {i % 3}", i / 2.0, i % 2 == 0 ? null : i, i % 2 == 0 ? null : Kind.Hot, i % 3 == 0,
    [(byte)i]));
await Columns.RunAsync<Place>(new JobOptions { Log = log }, directory, "places", static i => new($"place {i}", i, (Kind)(i % 2)));

/// <summary>Arrow and Parquet files without reflection: their columns are those of types with [DataflowRecord].</summary>
internal static class Columns
{
    /// <summary>Writes rows to both kinds of file, reads the one, and prints what it finds.</summary>
    public static async Task RunAsync<T>(JobOptions options, string directory, string name, Func<int, T> row)
        where T : notnull
    {
        var (arrow, parquet) = (Path.Combine(directory, $"{name}.arrow"), Path.Combine(directory, $"{name}.parquet"));
        T[] rows = [.. Enumerable.Range(0, 100).Select(row)];
        var write = new Pipeline($"write-{name}");
        var stream = write.From(Source.Of(rows));
        stream.To(Sink.Arrow<T>(arrow));
        stream.To(Sink.Parquet<T>(parquet));
        await write.RunAsync(options);

        var (read, found) = (new Pipeline($"read-{name}"), Sink.Memory<string>());
        read.From(Source.Parquet<T>(parquet)).Select(static value => $"{value}").To(found);
        await read.RunAsync(options);

        using var reader = new ArrowFileReader(File.OpenRead(arrow));
        var batch = await reader.ReadNextRecordBatchAsync();
        var columns = string.Join(", ", reader.Schema.FieldsList.Select(static field => $"{field.Name} {field.DataType.Name}"));
        var isSame = found.Committed.SequenceEqual(rows.Select(static value => $"{value}"));
        Console.WriteLine($"{name}: {batch.Length} of {columns}; {isSame}");
    }
}

/// <summary>A kind.</summary>
public enum Kind
{
    Cold,
    Hot,
}

/// <summary>A class with a column of each sort.</summary>
[DataflowRecord]
public sealed record Reading(DateTimeOffset Time, string Sensor, double Celsius, int? Count, Kind? Kind, bool IsNew, byte[] Raw)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Time:O} {Sensor} {Celsius} {Count} {Kind} {IsNew} {Raw[0]}";
}

/// <summary>A struct whose text is UTF-8.</summary>
[DataflowRecord]
public readonly record struct Place(Utf8 Name, long Number, Kind Kind);
