using Dataflow.Checkpoints;
using Dataflow.Planning;
using Dataflow.State;

namespace Dataflow.Tests.Sharing;

/// <summary>Which of the manifests of several processes counts.</summary>
public class NewestManifestsTests
{
    [Fact]
    public void Each_shard_has_its_newest_manifest_and_takes_what_belongs_to_it()
    {
        var first = Of(epoch: 3, shards: 0b_1111, new(0b_0011, [1]), new(0b_1100, [2])) with { Positions = [At(0, 10), At(3, 13)] };
        var second = Of(epoch: 5, shards: 0b_1100, new SavedPart(0b_1100, [3])) with { Positions = [At(0, 99), At(3, 23)] };

        var merged = NewestManifests.Of([first, second], new ShardSet(0b_1110)).Merge()!;

        Assert.Equal((5, 0b_1110UL), (merged.Epoch, merged.Shards));
        Assert.Equal([(3, 23L)], merged.Positions.Select(static position => (position.Shard!.Value, position.Position)));
        Assert.Equal([(0b_1100UL, 3), (0b_0010UL, 1)], merged.Blobs["step"].Select(static part => (part.Shards, (int)part.Bytes[0])));
    }

    [Fact]
    public void Shards_without_a_manifest_are_known_and_only_all_shards_end_a_pipeline()
    {
        var half = Of(epoch: 3, shards: uint.MaxValue) with { HasEnded = true, IsFinished = true };
        var other = Of(epoch: 2, shards: ~(ulong)uint.MaxValue) with { HasEnded = true };

        Assert.Equal(32, NewestManifests.Of([half], ShardSet.All).Missing.Count);
        Assert.False(NewestManifests.Of([half], ShardSet.All).HaveEnded);
        Assert.False(NewestManifests.Of([half], ShardSet.All).Merge()!.IsFinished);
        Assert.True(NewestManifests.Of([half, other], ShardSet.All).HaveEnded);
        Assert.False(NewestManifests.Of([half, other], ShardSet.All).Merge()!.IsFinished);
        Assert.True(NewestManifests.Of([half, other with { IsFinished = true }], ShardSet.All).Merge()!.IsFinished);
    }

    [Fact]
    public void A_process_whose_shards_are_on_their_way_is_counted_once_with_those_that_no_other_has()
    {
        var whole = Of(epoch: 3, shards: ulong.MaxValue) with { Owner = "a", Process = "a/1" };
        var half = Of(epoch: 5, shards: uint.MaxValue) with { Owner = "b", Process = "b/2" };
        var quarter = Of(epoch: 4, shards: 0xFFFF_0000_0000_0000) with { Owner = "a", Process = "a/1" };

        var processes = NewestManifests.Of([whole, half, quarter], ShardSet.All).ByProcess();

        Assert.Equal(
            [("a/1", 4, 32), ("b/2", 5, 32)],
            processes.Select(static process => (process.Newest.Process, process.Newest.Epoch, process.Shards.Count)));
    }

    private static SplitPosition At(int shard, long position)
        => new() { Name = $"split {shard}", Shard = shard, Position = position, End = null, IsFinished = false };

    private static Manifest Of(long epoch, ulong shards, params SavedPart[] saved) => new()
    {
        Epoch = epoch, Shards = shards, Positions = [], IsFinished = false,
        Blobs = new Dictionary<string, SavedPart[]> { ["step"] = saved },
    };
}
