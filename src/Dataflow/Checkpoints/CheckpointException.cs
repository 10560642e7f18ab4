namespace Dataflow;

/// <summary>The checkpoints of a pipeline cannot be used.</summary>
public sealed class CheckpointException : DataflowException
{
    private CheckpointException(string message)
        : base(message)
    {
    }

    internal static CheckpointException NoManifest(string topic, long offset)
        => new($"Topic '{topic}': the last checkpoint, at offset {offset}, is not there. The log was changed by hand; restore "
            + "its directory from a copy, or give the pipeline a new name to start afresh.");

    internal static CheckpointException UnknownState(string topic, int shard, uint state)
        => new($"Topic '{topic}', partition {shard}: there are changes of a state 0x{state:x8} that no step of the pipeline "
            + "has. A step with state of its own was removed or renamed; undo that, or give the pipeline a new name to start "
            + "afresh.");

    internal static CheckpointException AlreadyRuns(string pipeline)
        => new($"Pipeline '{pipeline}': a job of this name already runs on the log. Wait for its end, or give this one "
            + "another name.");
}
