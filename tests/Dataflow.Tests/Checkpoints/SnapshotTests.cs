using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Checkpoints;

/// <summary>Snapshots bound what a restart replays, however often few keys change.</summary>
public sealed class SnapshotTests : IDisposable
{
    private const int Keys = 3;
    private const int Rounds = 40;
    private const int TextLength = 2000;

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly MemorySink<string> _changes = Sink.Memory<string>();

    public SnapshotTests() => _log.Append<Reading>("texts", []);

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_changelog_is_trimmed_behind_them_and_a_restart_reads_them(int workers)
    {
        var job = Start(workers);
        for (var round = 0; round < Rounds; round++) Change(job, round);
        job.Close();

        AssertBounded();
        job = Start(workers: 2);
        Change(job, Rounds);
        job.Close();

        Assert.Equal(Keys * (Rounds + 1), _changes.Committed.Count);
        Assert.Equal(Keys, _changes.Committed.Count(change => change == $"{Rounds - 1} to {Rounds}"));
    }

    [Fact]
    public void Jobs_that_never_run_for_long_write_them_too()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var job = Start(workers: 1);
            Change(job, round);
            job.Close();
        }

        AssertBounded();
        Assert.Equal(Keys, _changes.Committed.Count(change => change == $"{Rounds - 2} to {Rounds - 1}"));
    }

    private void AssertBounded()
    {
        var changelog = _log.GetTopic("texts.changelog");
        var used = Enumerable.Range(0, changelog.PartitionCount).Where(shard => changelog.EndOffset(shard) > 0).ToList();
        Assert.NotEmpty(used);
        Assert.All(used, shard => Assert.InRange(changelog.EndOffset(shard) - changelog.StartOffset(shard), 0, Rounds / 2));
        Assert.All(used, shard => Assert.True(_log.GetTopic("texts.snapshots").EndOffset(shard) > 0));
    }

    private void Change(SimulatedJob job, int round)
    {
        _log.Append("texts", Enumerable.Range(0, Keys).Select(key => new Reading($"key {key}", 0, round)));
        job.RunUntilIdle();
        job.Checkpoint();
    }

    private SimulatedJob Start(int workers)
    {
        var pipeline = new Pipeline("texts");
        pipeline.From(Topic.Of<Reading>("texts")).KeyBy(r => r.Sensor).Process(() => new LastText()).To(_changes);
        return SimulatedJob.Start(pipeline, _log, workers);
    }

    /// <summary>Keeps a long text for each key and says what became of it.</summary>
    private sealed class LastText : KeyedProcess<string, Reading, string?, string>
    {
        public override void OnRecord(in Record<Reading> record, ref string? state, ProcessContext<string, string> context)
        {
            context.Emit($"{state?.TrimEnd()} to {record.Value.Value}");
            state = $"{record.Value.Value}".PadRight(TextLength);
        }
    }
}
