using Dataflow.Checkpoints;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>Saves what a step needs after a restart beside its declared states: for <see cref="Operator.Capture"/>.</summary>
/// <remarks>Kept under the step's name: if two steps of one name save under the same name, the job fails at its first checkpoint and says
/// so.</remarks>
public sealed class StepCheckpoint
{
    private readonly TaskCheckpoint _task;
    private readonly OperatorContext _step;

    internal StepCheckpoint(TaskCheckpoint task, OperatorContext step)
    {
        _task = task;
        _step = step;
    }

    /// <summary>The checkpoint's number: 1 for the first of a pipeline.</summary>
    public long Number => _task.Epoch;

    internal CheckpointOutput Output => _task.Output;

    /// <summary>Saves bytes, which <see cref="OperatorContext.Saved"/> returns after a restart.</summary>
    /// <remarks>All instances of the step share the names: an instance that saves something of its own adds its worker to the name. If
    /// several save under one name, one of them is kept.</remarks>
    /// <param name="name">The name of the bytes within the step.</param>
    /// <param name="bytes">The bytes, which are copied; empty bytes are not kept.</param>
    /// <exception cref="CheckpointException">Several processes share the pipeline: the bytes of one would be another's after a
    /// move.</exception>
    public void Save(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0 && _step.IsShared) throw CheckpointException.SavedWhereShared(_step.Name);
        SavePart(name, bytes);
    }

    /// <summary>Saves bytes for the next owners of the worker's shards: see <see cref="OperatorContext.SavedParts"/>.</summary>
    internal void SavePart(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0) _task.Save(KeyOf(_step.Name, name), _step.NodeId, bytes.ToArray());
    }

    /// <summary>Saves the watermark for the shards of this worker: see <see cref="OperatorContext.SavedWatermark"/>.</summary>
    /// <param name="watermark">Milliseconds since the Unix epoch.</param>
    /// <param name="part">The part of the step, if it saves several watermarks.</param>
    /// <exception cref="ArgumentException">The part has the name of the engine's own, <c>closed</c>.</exception>
    /// <exception cref="InvalidOperationException">The step's watermark is its <see cref="KeyTimes{TKey}"/>, saved with them.</exception>
    public void SaveWatermark(long watermark, string? part = null)
    {
        if (part == IKeyTimes.AheadPart)
            throw new ArgumentException($"'{part}' is the engine's own part of a step. Give another name.", nameof(part));
        if (part is null && _step.HasKeyTimes)
        {
            throw new InvalidOperationException(
                $"Step '{_step.Name}' has declared KeyTimes, which are saved with their watermark. Leave this SaveWatermark out.");
        }

        SaveTime(watermark, part);
    }

    internal void SaveTime(long watermark, string? part = null)
        => _task.SaveWatermark(part is null ? _step.Name : $"{_step.Name}/{part}", _step.NodeId, watermark);

    /// <summary>Saves a watermark of one shard: see <see cref="KeyTimes{TKey}"/>.</summary>
    internal void SaveWatermarkOfShard(int shard, long watermark, string part)
        => _task.SaveWatermark($"{_step.Name}/{part}", _step.NodeId, watermark, ShardSet.Of(shard));

    /// <summary>Saves a watermark that belongs to a split, and moves with it to other workers and processes.</summary>
    internal void SaveWatermarkOfSplit(string split, long watermark)
        => _task.SaveWatermark($"{_step.Name}/{split}", _step.NodeId, watermark, ShardOf(split));

    /// <summary>Saves bytes that belong to a split, as above: see <see cref="OperatorContext.SavedOfSplit(string, string)"/>.</summary>
    internal void SaveOfSplit(string split, string part, ReadOnlySpan<byte> bytes)
        => _task.Save(KeyOf(_step.Name, PartOf(split, part)), _step.NodeId, bytes.ToArray(), ShardOf(split));

    /// <summary>Whether a step of a name has saved bytes.</summary>
    internal static bool HasSaved(IReadOnlyDictionary<string, SavedPart[]> saved, string step)
        => saved.Keys.Any(key => key.StartsWith(KeyOf(step, ""), StringComparison.Ordinal));

    internal static string KeyOf(string step, string name) => $"step/{step}/{name}";

    /// <summary>The name of what is saved of a split.</summary>
    internal static string PartOf(string split, string part) => $"{split}/{part}";

    private static ShardSet ShardOf(string split) => ShardSet.Of(Shards.OfSplit(split));
}
