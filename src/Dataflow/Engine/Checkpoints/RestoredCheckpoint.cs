using System.Collections.Concurrent;
using Dataflow.Planning;

namespace Dataflow.Checkpoints;

/// <summary>The checkpoint that a job starts from: the last one of its pipeline, or none.</summary>
/// <remarks>A source, sink or step that this run does not have may be put back in a later one. Until then each manifest takes over the
/// checkpoint's entries of it: positions of splits that the run does not have, and saved bytes that no step has asked for.</remarks>
internal sealed class RestoredCheckpoint(Manifest? manifest)
{
    private readonly Dictionary<string, SplitPosition> _positions =
        manifest?.Positions.ToDictionary(position => position.Name, StringComparer.Ordinal) ?? [];

    private readonly ConcurrentDictionary<string, byte[]> _unclaimed =
        new(manifest?.Blobs ?? new Dictionary<string, byte[]>(), StringComparer.Ordinal);

    /// <summary>The checkpoint's number; 0: there is none.</summary>
    public long Epoch => manifest?.Epoch ?? 0;

    public bool IsFinished => manifest?.IsFinished ?? false;

    /// <summary>The splits that have a number, in the order of the numbers.</summary>
    public IReadOnlyList<(int Id, string Name)> Splits
        => [.. _positions.Values.Where(static split => split.Id is not null).Select(static split => (split.Id!.Value, split.Name)).Order()];

    /// <summary>The saved bytes that no step has asked for since the job started, by their keys.</summary>
    public IEnumerable<KeyValuePair<string, byte[]>> Unclaimed => _unclaimed;

    /// <summary>Returns the bytes that were saved under a key. The caller saves them again from now on, or has none.</summary>
    public ReadOnlyMemory<byte> Saved(string key)
    {
        _unclaimed.TryRemove(key, out _);
        return manifest?.Blobs.GetValueOrDefault(key);
    }

    /// <summary>Returns the positions of splits that a run does not have.</summary>
    /// <param name="present">The names of the run's splits.</param>
    public IEnumerable<SplitPosition> PositionsBeside(IEnumerable<string> present)
        => _positions.Values.ExceptBy(present, static split => split.Name);

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
        if (manifest is null) return;
        if (manifest.Format != Manifest.CurrentFormat) throw CheckpointException.OtherFormat(plan.Pipeline, Epoch);
        var read = sources.Where(source => source.Splits.Any(split => PositionOf(split.Name) is not null));
        var faults = new StateDifferences(manifest, plan, [.. read.Select(static source => source.Source)]).ToLines();
        if (faults.Count > 0) throw PlanException.StateDiffers(plan.Pipeline, Epoch, faults);
    }
}
