using CsCheck;
using Dataflow.Checkpoints;
using Dataflow.State;
using Dataflow.Testing;
using static Dataflow.Tests.Checkpoints.ShardChanges;

namespace Dataflow.Tests.Checkpoints;

/// <summary>Images of a shard that are completed: whatever an image held before, it is then that of one who reads all.</summary>
public sealed class ShardImageTests
{
    [Fact]
    public void An_image_of_any_age_that_is_completed_is_that_of_the_whole_log()
        => Gen.Select(Gen.Int[0, 9], Gen.Int[0, 12], Gen.Int[0, 3]).Array[1, 60].Sample(
            static operations =>
            {
                using var log = SimulatedJob.OpenLog();
                var topics = Open(log);
                var (snapshots, images) = (new Snapshots(log, topics, minBytes: 1), new List<ShardImage> { Read(log, topics) });
                foreach (var (what, key, value) in operations)
                {
                    if (what == 0) images.Add(Read(log, topics));
                    else if (what == 1) topics.ForgetAsync(DateTimeOffset.UnixEpoch, default).GetAwaiter().GetResult();
                    else if (what == 2) Snapshot(snapshots);
                    else if (what == 3) images[^1].Complete(log, topics, ChangedShard, topics.RestorePointOf(ChangedShard));
                    else Change(log, topics, what, key, value);
                }

                using var whole = Read(log, topics);
                foreach (var image in images)
                {
                    image.Complete(log, topics, ChangedShard, topics.RestorePointOf(ChangedShard));
                    Assert.Equal(Entries(whole), Entries(image));
                    image.Dispose();
                }
            },
            iter: 200);

    [Fact]
    public void The_memory_of_an_image_stays_in_proportion_to_what_is_alive_in_it()
    {
        using var log = SimulatedJob.OpenLog();
        var topics = Open(log);
        using var image = Read(log, topics);
        for (var round = 1; round <= 300; round++)
        {
            using var changes = new ChangeRecords();
            for (var key = 0; key < 20; key++) Put(changes, key, new string('x', 100 + ((round + key) % 900)));
            Commit(log, topics, changes.Take());
            image.Complete(log, topics, ChangedShard, topics.RestorePointOf(ChangedShard));
        }

        Assert.Equal(20, image.Entries);
        Assert.InRange(image.Bytes, 20 * 500, 400_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_change_of_a_value_that_is_not_there_is_damage_and_says_which_shard(bool isOtherKey)
    {
        using var log = SimulatedJob.OpenLog();
        var topics = Open(log);
        using var changes = new ChangeRecords();
        if (isOtherKey) Put(changes, 1, "there");
        Patch(changes, 3, [0, 0, 0, 0]);
        Commit(log, topics, changes.Take());

        var error = Assert.Throws<CheckpointException>(() => Read(log, topics));

        Assert.StartsWith(
            "Pipeline 'test', shard 5: its state cannot be read. A change of a part of a value belongs to no value that is there.",
            error.Message, StringComparison.Ordinal);
    }
}
