using Dataflow.Checkpoints;

namespace Dataflow.Runtime;

/// <summary>Where a task's records come from: a source or an exchange.</summary>
internal abstract class TaskInput
{
    /// <summary>Whether nothing will ever follow and the steps have been told so.</summary>
    public abstract bool IsEnded { get; }

    /// <summary>The step whose records come in here.</summary>
    public abstract Node Node { get; }

    /// <summary>How many records the first step was given, the one at hand included. From any thread.</summary>
    public abstract long Given { get; }

    /// <summary>Whether the task's turn ended before all was handled that was taken in.</summary>
    public abstract bool IsMidway { get; }

    /// <summary>Handles what is there now, at most a batch from each origin, or what was left of that; false if there was nothing.</summary>
    /// <param name="epoch">The epoch whose barrier the input must not read beyond.</param>
    public abstract bool Step(long epoch);

    /// <summary>Tells the first step how far time is. Comes after all inputs of the task have been looked at.</summary>
    public virtual void Tell()
    {
    }

    /// <summary>Learns that it is not looked at in this step: nobody knows whether there is something.</summary>
    public virtual void Skip()
    {
    }

    /// <summary>Whether all before an epoch's barrier has been handled.</summary>
    public abstract bool IsAtBarrier(long epoch);

    /// <summary>Batches that wait to be taken. From any thread.</summary>
    public virtual int QueuedBatches => 0;

    /// <summary>Adds what the input must find again after a crash.</summary>
    public virtual void Capture(TaskCheckpoint checkpoint)
    {
    }

    /// <summary>Says upstream that the task can take no more for long, or that it can again.</summary>
    public virtual void HoldUp(bool isHeldUp)
    {
    }

    /// <summary>Learns what it cost to handle the records that came in since it last did.</summary>
    public virtual void Learn(TimeSpan cost)
    {
    }

    /// <summary>Closes what the input has opened.</summary>
    public virtual void Close()
    {
    }
}
