using Dataflow.Log;

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

    /// <summary>Opens the sink, cut back to what its last committed checkpoint described.</summary>
    /// <param name="state">What <see cref="SinkWriter{T}.Prepare"/> gave for the last committed checkpoint; empty at first.</param>
    /// <param name="context">What the writer may use of the job.</param>
    /// <exception cref="DataflowException">What the sink writes to is not usable.</exception>
    public abstract SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context);
}

/// <summary>What a sink may use of the job that writes to it.</summary>
/// <param name="Log">The log of the job.</param>
/// <param name="Worker">The index of the worker, from 0, that the writer belongs to.</param>
public sealed record SinkContext(LogStore Log, int Worker)
{
    /// <summary>The pipeline's name.</summary>
    public string Pipeline { get; init; } = "";

    /// <summary>Tells what leads to the sink: SHA-256, in hexadecimal, of all steps before it with their parameters and states.
    /// Code in lambdas is not seen.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Where the splits of the job come from, by <see cref="RecordOrigin.Split"/>.</summary>
    public IReadOnlyList<SplitPlace> Splits { get; init; } = [];
}

/// <summary>Where a split comes from.</summary>
/// <param name="Source">The source's name: a topic's, say.</param>
/// <param name="Index">Its index in the source: a topic's partition.</param>
public sealed record SplitPlace(string Source, int Index);

/// <summary>Writes to a sink in two phases. Only one thread calls it.</summary>
/// <remarks>
/// The order of calls is <see cref="Write"/>*, <see cref="Prepare"/>, <see cref="Write"/>*, <see cref="Commit"/> … and at the
/// end of bounded input <see cref="Finish"/>. Records written before a <see cref="Prepare"/> belong to its checkpoint and may
/// show themselves to others only after <see cref="Commit"/>.
/// </remarks>
public abstract class SinkWriter<T> : IDisposable
{
    /// <summary>Takes one record.</summary>
    public abstract void Write(in Record<T> record);

    /// <summary>Makes all records written so far recoverable, by the log's own commit or by the sink's own means.</summary>
    /// <returns>What <see cref="Sink{T}.Open"/> needs to go on from here, bytes of the sink's own choice.</returns>
    public abstract ReadOnlyMemory<byte> Prepare(CheckpointOutput output);

    /// <summary>Bytes that wait in memory for the next checkpoint; the job takes one early when they grow large.</summary>
    public virtual long PendingBytes => 0;

    /// <summary>Learns that the checkpoint of the last <see cref="Prepare"/> is durable.</summary>
    public virtual void Commit()
    {
    }

    /// <summary>Learns that the last checkpoint is durable and nothing follows. May be called again after a crash.</summary>
    public virtual void Finish()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what the writer has opened; leaves uncommitted output for <see cref="Sink{T}.Open"/> to cut back.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>The part of a checkpoint that goes out to topics: committed in one piece with positions and state.</summary>
public sealed class CheckpointOutput
{
    internal List<(LogTopic Topic, int Partition, RecordBuffer Records)> Appends { get; } = [];

    /// <summary>Adds records to the checkpoint's commit on the log. Takes over the buffer.</summary>
    public void Append(LogTopic topic, int partition, RecordBuffer records) => Appends.Add((topic, partition, records));
}
