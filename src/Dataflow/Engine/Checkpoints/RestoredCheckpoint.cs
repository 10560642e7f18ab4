using Dataflow.Planning;

namespace Dataflow.Checkpoints;

/// <summary>The checkpoint that a job starts from: the last one of its pipeline, or none.</summary>
internal sealed class RestoredCheckpoint(Manifest? manifest)
{
    private readonly Dictionary<string, SplitPosition> _positions =
        manifest?.Positions.ToDictionary(position => position.Name, StringComparer.Ordinal) ?? [];

    /// <summary>The checkpoint's number; 0: there is none.</summary>
    public long Epoch => manifest?.Epoch ?? 0;

    public bool IsFinished => manifest?.IsFinished ?? false;

    /// <summary>The splits that have a number, in the order of the numbers.</summary>
    public IReadOnlyList<(int Id, string Name)> Splits
        => [.. _positions.Values.Where(static split => split.Id is not null).Select(static split => (split.Id!.Value, split.Name)).Order()];

    public ReadOnlyMemory<byte> Saved(string key) => manifest?.Blobs.GetValueOrDefault(key);

    /// <summary>The saved position of a split; null if it is new.</summary>
    public SplitPosition? PositionOf(string split) => _positions.GetValueOrDefault(split);

    public ReadOnlyMemory<byte> MarkOf(string split) => _positions.TryGetValue(split, out var position) ? position.Mark : default;

    /// <summary>The position at which a split ends, as found when the job first started; null: not known, or no end.</summary>
    public long? EndOf(SplitDescription split)
        => _positions.TryGetValue(split.Name, out var position) ? position.End : split.End;

    /// <exception cref="PlanException">The plan's state differs from the checkpoint's.</exception>
    /// <exception cref="CheckpointException">The state was written in another format.</exception>
    public void CheckMatches(Plan plan)
    {
        if (manifest is null) return;
        if (manifest.Format != Manifest.CurrentFormat && manifest.Signature.Count > 0)
            throw CheckpointException.OtherFormat(plan.Pipeline, Epoch);
        var faults = Differences(manifest.Signature, plan.Signature).ToList();
        if (faults.Count > 0) throw PlanException.StateDiffers(plan.Pipeline, Epoch, faults);
    }

    private static IEnumerable<string> Differences(IReadOnlyList<string> then, IReadOnlyList<string> now)
        => then.Except(now).Select(line => $"the checkpoint has   {line}")
            .Concat(now.Except(then).Select(line => $"the pipeline has     {line}"));
}
