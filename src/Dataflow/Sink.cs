using Dataflow.Log;

namespace Dataflow;

/// <summary>A target of results. Built-in sinks and users' own derive from this type alike.</summary>
public abstract class Sink<T>
{
    /// <summary>The name shown in the plan, in metrics and in errors.</summary>
    public abstract string Name { get; }

    /// <summary>The guarantee that holds after a crash, in a few words, for the plan.</summary>
    public abstract string Guarantee { get; }

    /// <summary>Whether each worker has a writer of its own; if false, the default, all records go to one writer.</summary>
    public virtual bool IsParallel => false;

    /// <summary>Whether several processes may write to the sink at once, each its own results. Their writers must save nothing
    /// (<see cref="SinkWriter{T}.Prepare"/>), since another process would get it; unless the sink is an <see cref="IWritesParts"/>. Default
    /// false: on a log that processes share, one process at a time then runs the whole pipeline.</summary>
    public virtual bool MayBeShared => false;

    /// <summary>Whether that holds where the job runs on a log: some sinks can be shared on some logs only. Default:
    /// <see cref="MayBeShared"/>.</summary>
    /// <param name="log">The log of the job.</param>
    public virtual bool MayBeSharedOn(PartitionedLog log) => MayBeShared;

    /// <summary>The topic that must exist when the sink is opened: the job creates it if it is missing. Null: the sink needs
    /// none.</summary>
    public virtual NewTopic? Creates => null;

    /// <summary>The values that it writes to a topic of the job's log, whose form is kept with the topic. Null, the default: it writes
    /// none.</summary>
    public virtual TopicValues? Writes => null;

    /// <summary>Finds a serde for every type that leaves the process here.</summary>
    /// <exception cref="PlanException">A type has no serde.</exception>
    public virtual void CheckTypes()
    {
    }

    /// <summary>Opens the sink, cut back to the state of its last committed checkpoint.</summary>
    /// <param name="state">The result of <see cref="SinkWriter{T}.Prepare"/> for the last committed checkpoint; empty at first.</param>
    /// <param name="context">The writer's access to the job.</param>
    /// <exception cref="DataflowException">The target is not usable.</exception>
    public abstract SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context);

    /// <inheritdoc/>
    public override string ToString() => $"Sink '{Name}'";
}
