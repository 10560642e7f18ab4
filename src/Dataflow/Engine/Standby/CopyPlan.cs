using System.Globalization;
using System.Text;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Standby;

/// <summary>Decides which process keeps copies of which shards. Each process finds out for itself, by what it reads in the last checkpoints
/// of all: nobody gives copies out.</summary>
internal static class CopyPlan
{
    /// <summary>Returns the shards of which a process keeps copies.</summary>
    /// <param name="owner">The owner of the process's commits.</param>
    /// <param name="own">The shards that it has itself.</param>
    /// <param name="newest">The last checkpoints of all processes.</param>
    /// <param name="standbys">The number of copies of each shard.</param>
    public static ShardSet Of(string owner, ShardSet own, NewestManifests newest, int standbys)
    {
        var processes = newest.ByProcess().ToList();
        string[] owners = [.. processes.Select(static process => process.Newest.Owner)];
        return ShardSet.Of(processes.Where(process => process.Newest.Owner != owner).SelectMany(process => process.Shards.Except(own)
            .Where(shard => Followers(shard, owners.Where(other => other != process.Newest.Owner)).Take(standbys).Contains(owner))));
    }

    // By a hash of both: a process that comes or goes changes as little as possible.
    private static IEnumerable<string> Followers(int shard, IEnumerable<string> candidates)
        => candidates.OrderBy(
            candidate => KafkaPartitioner.Hash(Encoding.UTF8.GetBytes($"{shard.ToString(CultureInfo.InvariantCulture)}/{candidate}")));
}
