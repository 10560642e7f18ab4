using BenchmarkDotNet.Attributes;
using Dataflow.Log;

namespace Dataflow.Perf.Micro;

/// <summary>Records of 100 bytes out of a log whose files the operating system has in memory.</summary>
[MemoryDiagnoser]
public class ReadBenchmark
{
    private const int Records = 1_000_000;

    private readonly byte[] _piece = new byte[256 << 10];
    private string _directory = "";
    private LogStore _log = null!;
    private IFile _segment = null!;

    [GlobalSetup]
    public async Task Fill()
    {
        _directory = Directory.CreateTempSubdirectory("dataflow-read-").FullName;
        _log = LogStore.Open(_directory, new LogOptions { Durability = Durability.ProcessCrash });
        await _log.CreateTopicAsync("records", 1);
        await using (var producer = _log.CreateProducer("records"))
        {
            var value = new byte[100];
            for (var i = 0; i < Records; i++) await producer.AppendAsync(0, i, value);
        }

        var path = Directory.GetFiles(_directory, "*.log", SearchOption.AllDirectories).Single();
        _segment = PhysicalFileSystem.Instance.Open(path, FileMode.Open);
    }

    [GlobalCleanup]
    public async Task Close()
    {
        _segment.Dispose();
        await _log.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>The operating system's part: the segment's bytes copied into a buffer.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public long PlainFile()
    {
        var position = 0L;
        while (_segment.Read(_piece, position) is var read and > 0) position += read;
        return position;
    }

    /// <summary>Whole batches, with their checksums.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public long Batches()
    {
        using var reader = _log.OpenReader("records", 0, 0);
        var records = 0L;
        while (reader.TryRead(out var batch)) records += batch.Count;
        return records;
    }

    /// <summary>Each record of each batch.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public long EachRecord()
    {
        using var reader = _log.OpenReader("records", 0, 0);
        var bytes = 0L;
        while (reader.TryRead(out var batch))
        {
            foreach (var record in batch) bytes += record.Value.Length;
        }

        return bytes;
    }
}
