using Dataflow.Log;

namespace Dataflow.Tests.Connectors;

/// <summary>What sinks promise that write a part for each writer, since processes may take each other's work over.</summary>
public abstract class FilePartsContract : IDisposable
{
    private const int Covered = 10;

    private readonly SinkContext _context = new(null!, 0) { Pipeline = "export", PlanHash = "p1" };

    protected TemporaryFolder Folder { get; } = new();

    protected string Path => Folder["rows"];

    protected SinkContext Part => _context with { Part = "part-1" };

    /// <summary>The extension of parts.</summary>
    protected abstract string Extension { get; }

    protected abstract Sink<Row> Create(IFileSystem disk);

    /// <summary>Reads the rows of a finished part.</summary>
    protected abstract IEnumerable<Row> Read(string file);

    [Fact]
    public void A_part_is_what_the_last_checkpoint_covers_though_its_writer_writes_on()
    {
        using var writer = Begin(out var state);
        Write(writer, Covered, 5_000);
        writer.Prepare(new CheckpointOutput());

        FinishBy(PhysicalFileSystem.Instance, state);

        Write(writer, 5_000, 10_000);
        writer.Prepare(new CheckpointOutput());
        AssertWhole();
    }

    [Fact]
    public void A_crash_at_any_operation_of_finishing_it_is_made_up_for()
    {
        var operations = 0;
        for (var crashes = true; crashes; operations++)
        {
            if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
            Begin(out var state).Dispose();
            try
            {
                FinishBy(new FaultyFileSystem(PhysicalFileSystem.Instance) { OperationsLeft = operations }, state);
                crashes = false;
            }
            catch (Exception error) when (error is IOException or ConnectorException)
            {
                FinishBy(PhysicalFileSystem.Instance, state);
            }

            AssertWhole();
        }

        Assert.InRange(operations, 5, 100);
    }

    [Theory]
    [InlineData("copies")]
    [InlineData("fails to copy")]
    [InlineData("begins")]
    public void Several_processes_may_finish_it_at_once(string when)
    {
        Begin(out var state).Dispose();
        var disk = new FaultyFileSystem(PhysicalFileSystem.Instance);
        var areOthersDone = false;
        disk.FailWrite = _ => when != "begins" && Others() && when == "fails to copy";
        disk.FailDelete = _ => when == "begins" && !Others() ? new InvalidOperationException() : null;

        FinishBy(disk, state);

        Assert.True(areOthersDone);
        AssertWhole();

        bool Others()
        {
            if (!areOthersDone) FinishBy(PhysicalFileSystem.Instance, state);
            return areOthersDone = true;
        }
    }

    [Fact]
    public async Task It_is_whole_once_one_of_them_has_finished_it()
    {
        Begin(out var state).Dispose();
        using var isWriting = new ManualResetEventSlim();
        using var isFinished = new ManualResetEventSlim();
        var slow = new FaultyFileSystem(PhysicalFileSystem.Instance);
        slow.FailWrite = _ =>
        {
            isWriting.Set();
            isFinished.Wait();
            return false;
        };
        Task? other = null;
        var disk = new FaultyFileSystem(PhysicalFileSystem.Instance);
        disk.FailSync = _ =>
        {
            other ??= Task.Run(() => FinishBy(slow, state), TestContext.Current.CancellationToken);
            isWriting.Wait();
            return false;
        };

        FinishBy(disk, state);

        AssertWhole();
        isFinished.Set();
        await other!;
        AssertWhole();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Its_writer_may_finish_it_too(bool isWriterFirst)
    {
        using var writer = Begin(out var state);
        if (isWriterFirst) writer.Finish();
        FinishBy(PhysicalFileSystem.Instance, state);
        if (!isWriterFirst) writer.Finish();
        AssertWhole();
    }

    [Fact]
    public void There_is_none_without_rows_nor_of_a_writer_that_fails_before_its_first_checkpoint()
    {
        var sink = Create(PhysicalFileSystem.Instance);
        using (var writer = sink.Open(default, Part))
        {
            Assert.True(writer.Prepare(new CheckpointOutput()).IsEmpty);
            writer.Finish();
        }

        using (var writer = sink.Open(default, Part)) Write(writer, 0, 200_000);
        Assert.Empty(Directory.EnumerateFiles(Path));
    }

    public virtual void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected SinkWriter<Row> Begin(out ReadOnlyMemory<byte> state)
    {
        var writer = Create(PhysicalFileSystem.Instance).Open(default, Part);
        Write(writer, 0, Covered);
        state = writer.Prepare(new CheckpointOutput());
        writer.Commit();
        return writer;
    }

    protected void FinishBy(IFileSystem disk, ReadOnlyMemory<byte> state) => ((IWritesParts)Create(disk)).FinishPart(state, _context);

    private static void Write(SinkWriter<Row> writer, int from, int to)
    {
        for (var i = from; i < to; i++) writer.Write(new Record<Row>(new Row(i, $"row {i}"), 0, default));
    }

    private void AssertWhole()
    {
        Assert.Equal([$"part-1{Extension}"], Directory.EnumerateFiles(Path).Select(static file => System.IO.Path.GetFileName(file)));
        Assert.Equal(
            Enumerable.Range(0, Covered).Select(static i => new Row(i, $"row {i}")),
            Read(System.IO.Path.Combine(Path, $"part-1{Extension}")));
    }

    public sealed record Row(int Id, string Text);
}
