using System.Text.Json;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Sharing;

/// <summary>A file sink of processes that share a pipeline: the parts together are the file of one process.</summary>
public sealed class SharedFilesTests : IDisposable
{
    private const ulong Lower = uint.MaxValue;
    private const ulong Upper = ~Lower;
    private const int Partitions = 16; // enough for splits in both halves of the shards
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();
    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SharedGroup _group;
    private int _written;

    public SharedFilesTests()
    {
        _group = new SharedGroup(_log);
        for (var partition = 0; partition < Partitions; partition++) _log.Append<string>("texts", [], partition, Partitions);
    }

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Processes_that_come_go_and_die_leave_parts_that_hold_each_row_once()
    {
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(Lower, Upper);
        await using var dying = await StartAsync(first);
        await using var living = await StartAsync(second);
        await WriteAsync();
        _group.Give(ulong.MaxValue, 0);
        await WriteAsync();
        _group.Give(Upper, Lower);
        await WriteAsync();
        Assert.NotEqual(0, dying.Status.RecordsRead);

        first.Die();
        await dying.CancelAsync();
        _group.Give(ulong.MaxValue);
        await WriteAsync();
        await living.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(s_longest, TestContext.Current.CancellationToken);

        AssertWhole();
        Assert.InRange(Parts().Count(), 5, 7);
    }

    [Fact]
    public async Task A_process_that_stood_still_and_writes_on_adds_nothing()
    {
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(ulong.MaxValue, 0);
        await using var standing = await StartAsync(first);
        await using var living = await StartAsync(second);
        await WriteAsync();

        first.StandStill();
        Write();
        await UntilAsync(() => standing.Status.RecordsRead == _written);
        first.Die();
        _group.Give(ulong.MaxValue);
        await WriteAsync();
        await UntilAsync(() => standing.Status.RecordsRead == _written); // though another process has its work
        first.GoOn();
        await Assert.ThrowsAnyAsync<LogException>(() => standing.Completion.WaitAsync(s_longest, TestContext.Current.CancellationToken));
        await living.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(s_longest, TestContext.Current.CancellationToken);

        AssertWhole();
    }

    [Fact]
    public async Task A_process_that_stops_finishes_its_part_and_the_next_begins_another()
    {
        var process = _group.Add();
        _group.Give(ulong.MaxValue);
        for (var round = 1; round <= 2; round++)
        {
            await using var job = await StartAsync(process);
            await WriteAsync();
            await job.StopAsync(TestContext.Current.CancellationToken).WaitAsync(s_longest, TestContext.Current.CancellationToken);
            AssertWhole();
            Assert.Equal(round, Parts().Count());
        }
    }

    [Fact]
    public async Task A_part_whose_process_fails_at_the_very_end_is_finished_at_the_next_start()
    {
        var process = _group.Add();
        _group.Give(ulong.MaxValue);
        var disk = new FaultyFileSystem(PhysicalFileSystem.Instance) { FailRename = static _ => true };
        Write();
        await using (var job = await StartAsync(process, Copying(disk, isBounded: true)))
        {
            await Assert.ThrowsAsync<ConnectorException>(
                () => job.Completion.WaitAsync(s_longest, TestContext.Current.CancellationToken));
        }

        await using var again = await StartAsync(process, Copying(isBounded: true));
        await again.Completion.WaitAsync(s_longest, TestContext.Current.CancellationToken);
        AssertWhole();
    }

    [Fact]
    public void A_pipeline_on_the_built_in_log_writes_one_file_at_the_path()
    {
        Write();
        var job = SimulatedJob.Start(Copying(), _log);
        job.RunUntilIdle();
        job.Drain();
        job.Run();
        Assert.Equal(Expected(), Texts(_folder["texts"]).Order(StringComparer.Ordinal));
    }

    private IEnumerable<string> Parts() => Directory.EnumerateFiles(_folder["texts"]);

    private IEnumerable<string> Expected() => Enumerable.Range(0, _written).Select(Text).Order(StringComparer.Ordinal);

    private void AssertWhole()
    {
        Assert.All(Parts(), static part => Assert.Matches(@"part-[0-9a-f]{32}\.jsonl$", part));
        Assert.Equal(Expected(), Parts().SelectMany(Texts).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Texts(string file)
        => File.ReadLines(file).Select(static line => JsonSerializer.Deserialize<string>(line)!);

    /// <summary>So long that the sink does not keep them in its buffer.</summary>
    private static string Text(int number) => $"{number} {new string('x', 1000)}";

    private void Write()
    {
        for (var partition = 0; partition < Partitions; partition++, _written += 50)
            _log.Append("texts", Enumerable.Range(_written, 50).Select(Text), partition, Partitions);
    }

    /// <summary>Writes, and waits until a checkpoint covers all.</summary>
    private async Task WriteAsync()
    {
        Write();
        await UntilAsync(() => _log.TryGetTopic("copies", out var copies) && copies.EndOffset(0) >= _written);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var longest = new CancellationTokenSource(s_longest);
        while (!condition()) await Task.Delay(5, longest.Token);
    }

    private Pipeline Copying(IFileSystem? disk = null, bool isBounded = false)
    {
        var pipeline = new Pipeline("copying");
        var topic = Topic.Of<string>("texts", Partitions);
        var texts = isBounded ? pipeline.From(topic.StopAtEnd()) : pipeline.From(topic);
        texts.To(new JsonLinesSink<string>(disk ?? PhysicalFileSystem.Instance, _folder["texts"]));
        texts.To(Topic.Of<string>("copies", 1));
        return pipeline;
    }

    private Task<Job> StartAsync(PartitionedLog log, Pipeline? pipeline = null)
        => (pipeline ?? Copying()).StartAsync(
            new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(20) },
            TestContext.Current.CancellationToken);
}
