using Dataflow.Checkpoints;

namespace Dataflow.Extensibility;

/// <summary>Takes what a step must find again after a restart, apart from its declared states: for <see cref="Operator.Capture"/>.</summary>
/// <remarks>Kept under the step's name: where two steps of one name save the same, the job ends with its first checkpoint and says so.</remarks>
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

    /// <summary>Keeps some bytes, which <see cref="OperatorContext.Saved"/> gives after a restart.</summary>
    /// <remarks>All instances of the step share the names: one that saves something of its own adds its worker to the name. Of what several
    /// save under one name, one is kept.</remarks>
    /// <param name="name">Names the bytes within the step.</param>
    /// <param name="bytes">Copied; nothing is kept of none.</param>
    public void Save(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0) _task.Save(KeyOf(_step.Name, name), _step.NodeId, bytes.ToArray());
    }

    /// <summary>Keeps how far event time has come, for the shards of this worker: see <see cref="OperatorContext.SavedWatermark"/>.</summary>
    /// <param name="watermark">Milliseconds since the Unix epoch.</param>
    /// <param name="part">Of which part of the step, where it keeps several.</param>
    public void SaveWatermark(long watermark, string? part = null)
        => _task.SaveWatermark(part is null ? _step.Name : $"{_step.Name}/{part}", _step.NodeId, watermark);

    internal static string KeyOf(string step, string name) => $"step/{step}/{name}";
}
