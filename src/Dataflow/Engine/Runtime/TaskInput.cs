using Dataflow.Checkpoints;

namespace Dataflow.Runtime;

/// <summary>An input of a task: a source or an exchange.</summary>
internal abstract class TaskInput
{
    /// <summary>Whether nothing will ever follow and the steps have been told so.</summary>
    public abstract bool IsEnded { get; }

    /// <summary>The step whose records come in here.</summary>
    public abstract Node Node { get; }

    /// <summary>The number of records passed to the first step, including the current one. Safe for any thread.</summary>
    public abstract long Given { get; }

    /// <summary>Whether the task's turn ended before all records taken in were handled.</summary>
    public abstract bool IsMidway { get; }

    /// <summary>Handles the available records, at most a batch from each origin, or the rest of it; false if there were none.</summary>
    /// <param name="epoch">The epoch whose barrier the input must not read beyond.</param>
    public abstract bool Step(long epoch);

    /// <summary>Reports the time to the first step. Called after all inputs of the task have been looked at.</summary>
    public virtual void Tell()
    {
    }

    /// <summary>Called when the input is not looked at in this step, so that it is not known whether records are available.</summary>
    public virtual void Skip()
    {
    }

    /// <summary>Whether everything before an epoch's barrier has been handled.</summary>
    public abstract bool IsAtBarrier(long epoch);

    /// <summary>The number of batches that wait to be taken. Safe for any thread.</summary>
    public virtual int QueuedBatches => 0;

    /// <summary>Adds the input's data for a restart.</summary>
    public virtual void Capture(TaskCheckpoint checkpoint)
    {
    }

    /// <summary>Learns that the checkpoint of the last <see cref="Capture"/> is durable.</summary>
    public virtual void Committed()
    {
    }

    /// <summary>Reports upstream that the task can take no more for long, or that it can again.</summary>
    public virtual void HoldUp(bool isHeldUp)
    {
    }

    /// <summary>Called with the time that it took to handle the records since the last call.</summary>
    public virtual void Learn(TimeSpan cost)
    {
    }

    /// <summary>Closes the input's resources.</summary>
    public virtual void Close()
    {
    }
}
