using BenchmarkDotNet.Attributes;
using Dataflow.Log;

namespace Dataflow.Perf.Micro;

/// <summary>Ready records of 100 bytes into a log that survives a power loss; the time ends with the last acknowledgement.</summary>
[MemoryDiagnoser]
public class AppendBenchmark
{
    private const int Records = 1_000_000;
    private const int RecordsPerCommit = 50_000;

    private readonly byte[] _value = new byte[100];
    private readonly byte[] _piece = new byte[256 << 10];
    private string _directory = "";
    private LogStore _log = null!;
    private LogTopic _topic = null!;
    private IFile _file = null!;

    [GlobalSetup]
    public async Task Open()
    {
        new Random(1).NextBytes(_value);
        _directory = Directory.CreateTempSubdirectory("dataflow-append-").FullName;
        _log = LogStore.Open(Path.Combine(_directory, "log"), new LogOptions { SegmentBytes = 32 << 20 });
        _topic = await _log.CreateTopicAsync("records", 1);
        _file = PhysicalFileSystem.Instance.Open(Path.Combine(_directory, "plain-file"), FileMode.CreateNew);
    }

    /// <summary>Deletes what was appended, so that the disk does not fill up; the last segment stays.</summary>
    [IterationCleanup]
    public void Trim()
    {
        _log.TrimAsync(_topic.Name, 0, _topic.EndOffset(0)).AsTask().GetAwaiter().GetResult();
        _file.SetLength(0);
    }

    [GlobalCleanup]
    public async Task Close()
    {
        _file.Dispose();
        await _log.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>The disk's part: as many bytes into a plain file, then one sync.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public void PlainFile()
    {
        var bytes = Records * (long)_value.Length;
        for (var position = 0L; position < bytes; position += _piece.Length) _file.Write(_piece, position);
        _file.Sync();
    }

    /// <summary>The processor's part: records framed in batches with a checksum, then thrown away.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public void Frame()
    {
        for (var done = 0; done < Records; done += RecordsPerCommit)
        {
            using var records = Fill();
            new LogCommit().Add(_topic, 0, records); // completes the last batch
        }
    }

    /// <summary>Commits of 5 MB, one after the other.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public async Task Commit()
    {
        for (var done = 0; done < Records; done += RecordsPerCommit)
        {
            var commit = new LogCommit();
            commit.Add(_topic, 0, Fill());
            await _log.CommitAsync(commit);
        }
    }

    /// <summary>Record by record through a producer, which gathers while a commit is on its way.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public async Task Produce()
    {
        await using var producer = _log.CreateProducer(_topic.Name);
        for (var i = 0; i < Records; i++) await producer.AppendAsync(0, i, _value);
    }

    private RecordBuffer Fill()
    {
        var records = new RecordBuffer();
        for (var i = 0; i < RecordsPerCommit; i++) records.Append(i, _value);
        return records;
    }
}
