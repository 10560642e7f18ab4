namespace Dataflow;

/// <summary>Thrown when the checkpoints of a pipeline cannot be used.</summary>
public sealed class CheckpointException : DataflowException
{
    private const string BeginAnew = "or begin anew: Pipeline.ForgetAsync forgets the pipeline's checkpoints and state";

    private CheckpointException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    internal static CheckpointException NoManifest(string topic, long offset, Exception inner)
        => new($"Topic '{topic}': the last checkpoint, at offset {offset}, cannot be read in any of its copies. They are damaged or were "
            + $"trimmed; restore the log's directory from a copy, {BeginAnew}.", inner);

    internal static CheckpointException NoneReadable(string pipeline, string topic, Exception inner)
        => new($"Topic '{topic}': its records cannot be read as checkpoints, so it is not known which topics pipeline '{pipeline}' needs. "
            + $"If they are the pipeline's, restore the log's directory from a copy, {BeginAnew}. If the topic is your own, delete it with "
            + "LogStore.DeleteTopicAsync and give it another name: this ending is for pipelines.", inner);

    internal static CheckpointException StateAlone(string pipeline)
        => new($"Pipeline '{pipeline}': there is state in the log, but no checkpoint that it belongs to. With it, what is read again would "
            + $"count twice; restore the log's directory from a copy, {BeginAnew}.");

    internal static CheckpointException StateUnreadable(string pipeline, int shard, Exception inner)
        => new($"Pipeline '{pipeline}', shard {shard}: its state cannot be read. {inner.Message} A later offset would lose state; "
            + $"restore the log's directory from a copy, {BeginAnew}.", inner);

    internal static CheckpointException HasFinished(string pipeline, IReadOnlyList<string> unread)
        => new($"Pipeline '{pipeline}' has finished, and reads nothing more. {string.Join(' ', unread)} To read all again from the start, "
            + $"give it another name, {BeginAnew}. "
            + "A topic can be read on from run to run: without StopAtEnd, and stopped (Job.StopAsync).");

    internal static CheckpointException CannotForget(string pipeline)
        => new($"Pipeline '{pipeline}': a job of this name runs on the log, so its checkpoints cannot be forgotten. Stop it first.");

    internal static CheckpointException UnknownState(string topic, int shard, uint state)
        => new($"Topic '{topic}', partition {shard}: there are changes of a state 0x{state:x8} that no step of the pipeline "
            + "has. A step with state of its own was removed or renamed; undo that, or begin anew: give the pipeline a "
            + "new name, or forget its checkpoints and state (Pipeline.ForgetAsync).");

    internal static CheckpointException OtherFormat(string pipeline, long epoch)
        => new($"Pipeline '{pipeline}': checkpoint {epoch} was written by another version, which wrote state in another way. Run that "
            + $"version, {BeginAnew}.");

    internal static CheckpointException ValueUnreadable(string step, Exception error)
        => new($"Step '{step}': its state holds a value that cannot be read as its type is now. {error.Message}", error);

    internal static CheckpointException SerdeFailed(string step, Exception error)
        => new($"Step '{step}': a serde failed to read a key or value of its state: {error.Message.TrimEnd('.')}. Correct the serde, "
            + $"{BeginAnew}.", error);

    /// <param name="key">The key of the saved bytes: the step, and its part.</param>
    internal static CheckpointException SavedByTwo(string key)
        => new($"Two steps of one name keep '{key}' in checkpoints, and a restart would mix them. Give one of the steps another name, as "
            + "its argument 'name'.");

    internal static CheckpointException SavedWhereShared(string step)
        => new($"Step or sink '{step}' saves bytes in checkpoints beside its states, and several processes share the pipeline: after a "
            + "move they would be another's. Keep them in a state of a key, or let MayBeShared return false: then one process at a time "
            + "runs the pipeline.");

    /// <summary>May pass: a process that is about to end may have the directory still.</summary>
    internal static CheckpointException StateDirectoryInUse(string pipeline, string directory, Exception inner)
        => new($"Pipeline '{pipeline}': another process, or another job of this one, uses the state directory '{directory}'. Give each "
            + "process a directory of its own (JobOptions.StateDirectory), or wait for the end of the other one.", inner)
        {
            IsTransient = true,
        };

    internal static CheckpointException StateDirectoryUnusable(string pipeline, string directory, Exception inner)
        => new($"Pipeline '{pipeline}': the state directory '{directory}' cannot be used: {inner.Message.TrimEnd('.')}. Remove the cause, "
            + "or choose another one (JobOptions.StateDirectory). Nothing is only there: the log has all state.", inner);

    internal static CheckpointException AlreadyRuns(string pipeline)
        => new($"Pipeline '{pipeline}': a job of this name already runs on the log. Wait for its end, or give this one "
            + "another name.");
}
