using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Dataflow.Log.Tests;

/// <summary>Apache Kafka's own tool reads the segments.</summary>
public sealed partial class KafkaDumpLogTests : IDisposable
{
    private const long FirstTimestamp = 1_700_000_000_000;
    private const int Records = 3000;
    private readonly string _directory = Directory.CreateTempSubdirectory("dataflow-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Kafka_reads_every_record_and_finds_every_checksum_valid()
    {
        var tool = SharedFolder.Find("kafka", "tool");
        var expected = await WriteAsync();
        List<string> segments = [.. Directory.GetFiles(_directory, "*.log", SearchOption.AllDirectories).Order()];
        Assert.InRange(segments.Count, 3, 100);

        var (batches, records) = Parse(await RunAsync(tool, segments));

        Assert.NotEmpty(batches);
        Assert.All(batches, batch => Assert.Contains(" isvalid: true", batch));
        Assert.Equal(Records, batches.Sum(CountOf));
        Assert.Equal(expected, records);
    }

    private async Task<List<DumpedRecord>> WriteAsync()
    {
        var expected = new List<DumpedRecord>();
        await using var store = LogStore.Open(_directory, new LogOptions { SegmentBytes = 64 << 10 });
        var topic = await store.CreateTopicAsync("orders", 1);
        while (expected.Count < Records)
        {
            var commit = new LogCommit();
            var buffer = new RecordBuffer();
            for (var i = 0; i < 100; i++) expected.Add(Append(buffer, expected.Count));
            commit.Add(topic, 0, buffer);
            await store.CommitAsync(commit);
        }
        return expected;
    }

    private static DumpedRecord Append(RecordBuffer buffer, int number)
    {
        var (timestamp, key) = (FirstTimestamp + (number * 7), $"key-{number}");
        RecordHeader[] headers = [
            .. Enumerable.Range(0, number % 3).Select(index => new RecordHeader($"größe-{index}", Utf8($"{number}")))];
        var names = string.Join(',', headers.Select(header => header.Name));
        var value = $"{{ value: {number}, ärger }}{new string('x', number % 100)}";
        var record = (number % 5) switch
        {
            0 => new DumpedRecord(number, timestamp, null, value, names),
            1 => new DumpedRecord(number, timestamp, key, null, names),
            2 => new DumpedRecord(number, timestamp, "", value, names),
            _ => new DumpedRecord(number, timestamp, key, value, names),
        };
        if (record.Value is null) buffer.AppendTombstone(timestamp, Utf8(record.Key!), headers);
        else if (record.Key is null) buffer.Append(timestamp, Utf8(value), headers);
        else buffer.Append(timestamp, Utf8(record.Key), Utf8(value), headers);
        return record;

        static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
    }

    private static async Task<string[]> RunAsync(string tool, IReadOnlyList<string> segments)
    {
        string[] arguments =
            ["kafka-dump-log", "--deep-iteration", "--print-data-log", "--files", string.Join(',', segments)];
        var start = new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode == 127) Assert.Skip($"Kafka's tool has no Java to run on: {await errors}");
        Assert.True(process.ExitCode == 0, $"{output}{await errors}");
        return output.Split('\n');
    }

    private static (List<string> Batches, List<DumpedRecord> Records) Parse(string[] lines)
        => ([.. lines.Where(line => line.StartsWith("baseOffset: ", StringComparison.Ordinal))],
            [.. lines.Select(line => RecordLine().Match(line)).Where(match => match.Success).Select(RecordOf)]);

    private static int CountOf(string batch)
        => int.Parse(CountField().Match(batch).Groups[1].Value, CultureInfo.InvariantCulture);

    private static DumpedRecord RecordOf(Match match)
    {
        var (keySize, valueSize) = (match.Groups["keySize"].Value, match.Groups["valueSize"].Value);
        return new(
            long.Parse(match.Groups["offset"].Value, CultureInfo.InvariantCulture),
            long.Parse(match.Groups["timestamp"].Value, CultureInfo.InvariantCulture),
            keySize == "-1" ? null : match.Groups["key"].Value,
            valueSize == "-1" ? null : match.Groups["value"].Value,
            match.Groups["headers"].Value);
    }

    [GeneratedRegex(
        @"^\| offset: (?<offset>\d+) CreateTime: (?<timestamp>\d+) keySize: (?<keySize>-?\d+) valueSize: (?<valueSize>-?\d+) "
        + @".*?headerKeys: \[(?<headers>[^\]]*)\](?: key: (?<key>.*?))?(?: payload: (?<value>.*))?\r?$")]
    private static partial Regex RecordLine();

    [GeneratedRegex(@" count: (\d+) ")]
    private static partial Regex CountField();

    private sealed record DumpedRecord(long Offset, long Timestamp, string? Key, string? Value, string Headers);
}
