using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Sharing;

/// <summary>The checkpoints of all processes, as one of them learns of them.</summary>
public sealed class OtherProcessesTests
{
    [Fact]
    public async Task Of_a_damaged_copy_the_other_is_read_and_followed()
    {
        var cancelled = TestContext.Current.CancellationToken;
        using var log = SimulatedJob.OpenLog();
        var topics = await CheckpointTopics.OpenAsync(log, "test", owner: "test", writesDeadLetters: false, cancelled);
        var (damage, records) = (new LogCommit(), new RecordBuffer());
        records.Append(0, "test/1/1"u8, "{"u8);
        damage.Add(topics.Checkpoints, 0, records);
        await log.CommitAsync(damage, cancelled);
        await CommitAsync(epoch: 1);

        using var processes = new OtherProcesses(log, topics);
        Assert.Equal([1L], processes.Newest.All.Select(static manifest => manifest.Epoch));

        await CommitAsync(epoch: 2);
        processes.Look();
        Assert.Equal([2L], processes.Newest.All.Select(static manifest => manifest.Epoch));

        async Task CommitAsync(long epoch)
        {
            var commit = topics.NewCommit();
            topics.AddManifest(commit, ManifestOf(epoch), DateTimeOffset.UnixEpoch);
            await log.CommitAsync(commit, cancelled);
        }
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(4, false)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(Manifest.CurrentFormat, true)]
    [InlineData(Manifest.CurrentFormat + 1, false)]
    public void Of_a_manifest_in_an_unknown_format_only_that_is_read(int? format, bool isReadable)
    {
        var manifest = Manifest.Read((ManifestOf(7) with { Format = format, Process = "there" }).ToBytes());

        Assert.Equal((7, format, isReadable), (manifest.Epoch, manifest.Format, manifest.IsReadable));
        Assert.Equal(isReadable ? "there" : "", manifest.Process);
    }

    private static Manifest ManifestOf(long epoch) => new()
    {
        Epoch = epoch, Format = Manifest.CurrentFormat, Positions = [], Blobs = new Dictionary<string, SavedPart[]>(), IsFinished = false,
    };
}
