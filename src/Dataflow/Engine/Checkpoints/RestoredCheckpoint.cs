using System.Collections.Concurrent;
using Dataflow.Planning;
using Dataflow.Serialization;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>The checkpoint that a job starts from: the last one of its pipeline, or none.</summary>
/// <remarks>A source, sink or step that this run does not have may be put back in a later one. Until then each manifest takes over the
/// checkpoint's entries of it: positions of splits that the run does not have, and saved bytes that no step has asked for.</remarks>
/// <param name="manifest">The manifest, of the shards that the run has; null: there is none.</param>
/// <param name="known">The manifest of all shards, whose splits have numbers; null: there is no other.</param>
internal sealed class RestoredCheckpoint(Manifest? manifest, Manifest? known = null)
{
    private readonly Dictionary<string, SplitPosition> _positions =
        manifest?.Positions.ToDictionary(position => position.Name, StringComparer.Ordinal) ?? [];

    private readonly HashSet<string> _known = (known ?? manifest) is { } all
        ? [.. all.Positions.Select(static position => position.Name), .. all.SharedSplits] : [];

    private readonly ConcurrentDictionary<string, SavedPart[]> _unclaimed =
        new(manifest?.Blobs ?? new Dictionary<string, SavedPart[]>(), StringComparer.Ordinal);

    /// <summary>The shards of the run that have no checkpoint.</summary>
    public ShardSet NotFound { get; private init; }

    /// <summary>The checkpoint's number; 0: there is none.</summary>
    public long Epoch => manifest?.Epoch ?? 0;

    public bool IsFinished => manifest?.IsFinished ?? false;

    /// <summary>The splits that have a number, in the order of the numbers.</summary>
    public IReadOnlyList<(int Id, string Name)> Splits
        => [.. ((known ?? manifest)?.Positions ?? []).Where(static split => split.Id is not null)
            .Select(static split => (split.Id!.Value, split.Name)).Order()];

    /// <summary>Restores the newest checkpoint of each shard of a run.</summary>
    public static RestoredCheckpoint Of(IReadOnlyList<Manifest> manifests, ShardSet shards)
    {
        var newest = NewestManifests.Of(manifests, shards);
        return new(newest.Merge(), NewestManifests.Of(manifests, ShardSet.All).Merge()) { NotFound = newest.Missing };
    }

    /// <summary>The saved bytes that no step has asked for since the job started, by their keys.</summary>
    public IEnumerable<KeyValuePair<string, SavedPart[]>> Unclaimed => _unclaimed;

    /// <summary>Returns what the instances of a step saved under a key. The caller saves it again from now on, or has none.</summary>
    public IReadOnlyList<SavedPart> Saved(string key)
    {
        _unclaimed.TryRemove(key, out _);
        return manifest?.Blobs.GetValueOrDefault(key) ?? [];
    }

    /// <summary>Returns the positions of splits that a run does not have.</summary>
    /// <param name="present">The names of the run's splits.</param>
    public IEnumerable<SplitPosition> PositionsBeside(IEnumerable<string> present)
        => _positions.Values.ExceptBy(present, static split => split.Name);

    /// <summary>Whether a split was there at the checkpoint, though another process may have read it.</summary>
    public bool Knows(string split) => _known.Contains(split);

    /// <summary>The schemas of values in state, by type.</summary>
    public IReadOnlyDictionary<string, ValueSchema> Schemas => (known ?? manifest)?.Schemas ?? new Dictionary<string, ValueSchema>();

    /// <summary>The schemas of keys, by type.</summary>
    public IReadOnlyDictionary<string, ValueSchema> Keys => (known ?? manifest)?.Keys ?? new Dictionary<string, ValueSchema>();

    /// <summary>The saved position of a split; null if it is new.</summary>
    public SplitPosition? PositionOf(string split) => _positions.GetValueOrDefault(split);

    public ReadOnlyMemory<byte> MarkOf(string split) => _positions.TryGetValue(split, out var position) ? position.Mark : default;

    /// <summary>The position at which a split ends, as found when it was first read to an end; null: not known, or read without
    /// one.</summary>
    public long? EndOf(SplitDescription split) => split.End is null ? null : PositionOf(split.Name)?.End ?? split.End;

    /// <exception cref="PlanException">The plan lacks a state of the checkpoint, or has another in its place.</exception>
    /// <exception cref="CheckpointException">The state was written in another format.</exception>
    public void CheckMatches(Plan plan, IEnumerable<(ISourceNode Source, IReadOnlyList<SplitDescription> Splits)> sources)
    {
        if ((known ?? manifest) is not { } then) return;
        if (!then.IsReadable) throw CheckpointException.OtherFormat(plan.Pipeline, then.Epoch);
        var read = sources.Where(source => source.Splits.Any(split => Knows(split.Name)));
        var faults = new StateDifferences(then, plan, [.. read.Select(static source => source.Source)]).ToLines();
        faults = [.. faults, .. OtherExchanges(then, plan)];
        if (faults.Count > 0) throw PlanException.StateDiffers(plan.Pipeline, then.Epoch, faults);
    }

    /// <summary>Returns how the exchanges differ whose topics may hold records; nothing if no processes shared the pipeline.</summary>
    private static IEnumerable<string> OtherExchanges(Manifest then, Plan plan)
    {
        if (then.Exchanges.Count == 0) return [];
        string[] now = [.. plan.SharedExchanges.Select(plan.TextOfExchange)];
        return [.. then.Exchanges.Except(now).Select(static exchange => $"the pipeline lacks   {exchange}"),
            .. now.Except(then.Exchanges).Select(static exchange => $"the pipeline has     {exchange}")];
    }
}
