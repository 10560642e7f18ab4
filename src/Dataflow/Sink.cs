namespace Dataflow;

/// <summary>Where results go. Built-in sinks and a user's own derive from this type alike.</summary>
public abstract class Sink<T>
{
    /// <summary>The name shown in the plan, in metrics and in errors.</summary>
    public abstract string Name { get; }

    /// <summary>What a reader of the sink may rely on after a crash, in a few words, for the plan.</summary>
    public abstract string Guarantee { get; }

    /// <summary>Whether each worker may have a writer of its own; otherwise all records go to one writer.</summary>
    public virtual bool IsParallel => false;

    /// <summary>The topic that must be there when the sink is opened: the job creates it where it is missing. Null: it needs
    /// none.</summary>
    public virtual NewTopic? Creates => null;

    /// <summary>Looks for a way to write every type that leaves the process here.</summary>
    /// <exception cref="PlanException">There is none for one of them.</exception>
    public virtual void CheckTypes()
    {
    }

    /// <summary>Opens the sink, cut back to what its last committed checkpoint described.</summary>
    /// <param name="state">What <see cref="SinkWriter{T}.Prepare"/> gave for the last committed checkpoint; empty at first.</param>
    /// <param name="context">What the writer may use of the job.</param>
    /// <exception cref="DataflowException">What the sink writes to is not usable.</exception>
    public abstract SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context);

    /// <inheritdoc/>
    public override string ToString() => $"Sink '{Name}'";
}
