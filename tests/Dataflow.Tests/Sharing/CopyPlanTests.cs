using CsCheck;
using Dataflow.Checkpoints;
using Dataflow.Standby;
using Dataflow.State;

namespace Dataflow.Tests.Sharing;

/// <summary>Which process keeps copies of which shards.</summary>
public class CopyPlanTests
{
    [Fact]
    public void Each_shard_is_copied_by_as_many_other_processes_as_there_are_to_be_and_by_those_that_stay_where_one_goes()
        => Gen.Select(Gen.Int[0, 3].Array[64], Gen.Int[1, 5]).Sample(static (ownerOf, standbys) =>
        {
            var owned = Enumerable.Range(0, 4)
                .Select(owner => ShardSet.Of(Enumerable.Range(0, 64).Where(shard => ownerOf[shard] == owner))).ToArray();
            var copies = CopiesOf(owned, standbys);
            var processes = owned.Count(static own => !own.IsEmpty);

            for (var shard = 0; shard < 64; shard++)
            {
                Assert.Equal(Math.Min(standbys, processes - 1), copies.Count(copied => copied.Contains(shard)));
                Assert.False(copies[ownerOf[shard]].Contains(shard));
            }
        });

    [Fact]
    public void A_process_that_has_no_checkpoint_yet_copies_nothing_and_copies_are_spread()
    {
        ShardSet[] owned = [new(0xFFFF), new(0xFFFF_0000), new(0xFFFF_0000_0000), new(0xFFFF_0000_0000_0000)];

        Assert.All(CopiesOf(owned, standbys: 1), static copied => Assert.InRange(copied.Count, 4, 28));
        Assert.True(CopyPlan.Of("new", ShardSet.None, Newest(owned), standbys: 1).IsEmpty);
    }

    private static ShardSet[] CopiesOf(ShardSet[] owned, int standbys)
        => [.. owned.Select((own, owner) => own.IsEmpty ? own : CopyPlan.Of($"process {owner}", own, Newest(owned), standbys))];

    private static NewestManifests Newest(ShardSet[] owned)
        => NewestManifests.Of(
            owned.Select(static (own, owner) => new Manifest
            {
                Epoch = owner + 1, Shards = own.Bits, Owner = $"process {owner}", Positions = [], IsFinished = false,
                Blobs = new Dictionary<string, SavedPart[]>(),
            }),
            ShardSet.All);
}
