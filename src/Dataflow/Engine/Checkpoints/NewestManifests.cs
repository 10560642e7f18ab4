using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>The newest manifest of each shard. Several processes may have written them, each for its shards at that time.</summary>
internal sealed class NewestManifests
{
    private readonly List<(Manifest Manifest, ulong Shards)> _newest = [];

    private NewestManifests(IEnumerable<Manifest> all, ShardSet shards)
    {
        // A process that takes a shard over goes on behind the number of that shard's last checkpoint.
        foreach (var manifest in all.OrderByDescending(static manifest => manifest.Epoch))
        {
            var own = new ShardSet(manifest.Shards) & shards;
            if (own.IsEmpty) continue;
            _newest.Add((manifest, own.Bits));
            shards = shards.Except(own);
        }

        Missing = shards;
    }

    /// <summary>The shards without a manifest.</summary>
    public ShardSet Missing { get; }

    public IEnumerable<Manifest> All => _newest.Select(static newest => newest.Manifest);

    /// <summary>The newest manifest of a shard; null: there is none.</summary>
    public Manifest? Of(int shard) => _newest.Find(newest => new ShardSet(newest.Shards).Contains(shard)).Manifest;

    /// <summary>Whether a process is to end for good, so that all are.</summary>
    public bool AreDraining => _newest.Exists(static newest => newest.Manifest.IsDraining);

    /// <summary>Whether the input of all shards had ended, as far as the processes that have them knew.</summary>
    public bool HaveEnded => Missing.IsEmpty && _newest.TrueForAll(static newest => newest.Manifest.HasEnded);

    /// <summary>The splits that processes have found to be added and leave to others.</summary>
    public IEnumerable<string> AddedSplits => _newest.SelectMany(static newest => newest.Manifest.AddedSplits);

    public static NewestManifests Of(IEnumerable<Manifest> all, ShardSet shards) => new(all, shards);

    /// <summary>The newest manifest of each process, and the shards that it had last: shards may be on their way to another one.</summary>
    public IEnumerable<(Manifest Newest, ShardSet Shards)> ByProcess()
        => _newest.GroupBy(static newest => newest.Manifest.Owner, StringComparer.Ordinal)
            .Select(static of => (of.First().Manifest, new ShardSet(of.Aggregate(0UL, static (all, newest) => all | newest.Shards))))
            .OrderBy(static process => process.Manifest.Process, StringComparer.Ordinal);

    public bool Contains(Manifest manifest) => _newest.Exists(newest => ReferenceEquals(newest.Manifest, manifest));

    /// <summary>Makes one manifest of what each has of its shards; null: there is none.</summary>
    public Manifest? Merge() => _newest.Count == 0 ? null : _newest[0].Manifest with
    {
        Shards = _newest.Aggregate(0UL, static (all, newest) => all | newest.Shards),
        Positions = [.. _newest.SelectMany(static newest => PositionsOf(newest.Manifest, newest.Shards))],
        SharedSplits = [.. _newest.SelectMany(static newest => newest.Manifest.SharedSplits).Distinct(StringComparer.Ordinal)],
        Blobs = _newest.SelectMany(static newest => newest.Manifest.Blobs.Select(blob => (blob.Key, newest.Shards, Parts: blob.Value)))
            .GroupBy(static blob => blob.Key, StringComparer.Ordinal)
            .Select(static blobs => (blobs.Key, Parts: blobs.SelectMany(static blob => SavedPart.Of(blob.Parts, blob.Shards)).ToArray()))
            .Where(static blob => blob.Parts.Length > 0).ToDictionary(StringComparer.Ordinal),
        Schemas = _newest.Select(static newest => newest.Manifest.Schemas).Aggregate(StateSchemas.Join),
        Keys = _newest.Select(static newest => newest.Manifest.Keys).Aggregate(StateSchemas.Join),
        IsFinished = Missing.IsEmpty && _newest.TrueForAll(static newest => newest.Manifest.IsFinished),
    };

    private static IEnumerable<SplitPosition> PositionsOf(Manifest manifest, ulong shards)
        => manifest.Positions.Where(position => new ShardSet(shards).Contains(position.Shard ?? Shards.OfSplit(position.Name)));
}
