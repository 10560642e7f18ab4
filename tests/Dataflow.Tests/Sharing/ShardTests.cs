using CsCheck;
using Dataflow.State;

namespace Dataflow.Tests.Sharing;

/// <summary>Shards as the unit that moves between processes.</summary>
public class ShardTests
{
    [Fact]
    public void Workers_divide_the_shards_of_a_process_among_them_and_know_the_others()
        => Gen.Select(Gen.ULong.Where(static bits => bits != 0), Gen.Int[1, 64]).Sample(static (bits, workers) =>
        {
            var owned = new ShardSet(bits);
            var map = new ShardMap(owned, Math.Min(workers, owned.Count));

            Assert.Equal(owned, Enumerable.Range(0, map.Workers).Select(map.Of).Aggregate(static (all, own) => all | own));
            Assert.Equal(owned.Count, Enumerable.Range(0, map.Workers).Sum(worker => map.Of(worker).Count));
            for (var shard = 0; shard < Shards.Count; shard++)
            {
                Assert.Equal(owned.Contains(shard), map.WorkerOf(shard) != ShardMap.Elsewhere);
                if (owned.Contains(shard)) Assert.True(map.Of(map.WorkerOf(shard)).Contains(shard));
            }
        });

    [Fact]
    public void Partitions_of_a_topic_lie_in_different_shards()
    {
        foreach (var topic in new[] { "orders", "clicks-2026", "a.b[1]" })
        {
            var shards = Enumerable.Range(0, 32).Select(partition => Shards.OfSplit($"{topic}[{partition}]")).ToList();
            Assert.Equal(32, shards.Distinct().Count());
            Assert.All(shards, static shard => Assert.InRange(shard, 0, 63));
        }

        // Part of the format: positions are found by it.
        Assert.Equal([45, 21, 40], new[] { "orders[0]", "orders[1]", "shop" }.Select(Shards.OfSplit));
    }
}
