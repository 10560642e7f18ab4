using System.Diagnostics;
using System.IO.Compression;
using Dataflow.Tests.Connectors;

namespace Dataflow.Arrow.Tests;

/// <summary>Good files with some bytes changed, in all formats that are read: values, dead letters or an error of ours, and in
/// time.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private const int Rows = 3_000;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("a.csv", 1)]
    [InlineData("a.csv.gz", 2)]
    [InlineData("a.jsonl", 3)]
    [InlineData("a.jsonl.gz", 4)]
    [InlineData("a.parquet", 5)]
    [InlineData("b.parquet", 6)]
    public void A_damaged_file_gives_values_or_says_what_is_wrong(string file, int seed)
    {
        var good = Write(file);
        Assert.Equal(Rows, Count(file));
        var (random, clock) = (new Random(seed), Stopwatch.StartNew());
        for (var i = 0; i < 100; i++)
        {
            File.WriteAllBytes(_folder[file], Damage(good, random));
            try
            {
                Assert.InRange(Count(file), 0, Rows + 10);
            }
            catch (DataflowException)
            {
                // It says what is wrong.
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, file {i}: {error}");
            }
        }

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Damage(byte[] good, Random random)
    {
        var bytes = good.ToArray();
        for (var change = random.Next(1, 6); change > 0; change--)
        {
            // Half of the changes go to the end, where Parquet says what it holds.
            var at = random.Next(2) == 0 ? random.Next(bytes.Length) : bytes.Length - 1 - random.Next(Math.Min(bytes.Length, 600));
            if (random.Next(3) == 0) random.NextBytes(bytes.AsSpan(at, Math.Min(random.Next(1, 9), bytes.Length - at)));
            else bytes[at] =
                random.Next(3) switch { 0 => 0xFF, 1 => (byte)(bytes[at] ^ (1 << random.Next(8))), _ => (byte)"\"\n,{}\\"[random.Next(6)] };
        }

        return random.Next(8) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private byte[] Write(string file)
    {
        var path = _folder[file];
        var columns =
            $"i AS id, CASE WHEN i % 7 = 0 THEN NULL ELSE 'text \"' || i || '\", Zürich' END AS text, i * 1.5::DOUBLE AS number FROM "
                + $"range({Rows}) t(i)";
        var options = file switch
        {
            "a.parquet" => "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048",
            "b.parquet" => "FORMAT parquet, COMPRESSION uncompressed, PARQUET_VERSION v2",
            _ => file.Contains("csv", StringComparison.Ordinal) ? "FORMAT csv, COMPRESSION none" : "FORMAT json, COMPRESSION none",
        };
        Duck.Ask($"COPY (SELECT {columns}) TO '{path}' ({options})", _ => 0);
        if (!file.EndsWith(".gz", StringComparison.Ordinal)) return File.ReadAllBytes(path);
        var text = File.ReadAllBytes(path);
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest)) gzip.Write(text);
        return File.ReadAllBytes(path);
    }

    private int Count(string file)
    {
        var source = file.Contains(".csv", StringComparison.Ordinal) ? Source.Csv<Row>(_folder[file])
            : file.Contains(".jsonl", StringComparison.Ordinal) ? Source.JsonLines<Row>(_folder[file])
            : Source.Parquet<Row>(_folder[file]);
        var (values, faults) = Reads.All(source);
        return values.Count + faults.Count;
    }

    public record Row(long Id, string? Text, double Number);
}
