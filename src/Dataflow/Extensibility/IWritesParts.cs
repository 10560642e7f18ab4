namespace Dataflow.Extensibility;

/// <summary>A sink whose writers write a part each, where a process may take the work of another over: on a log that processes
/// share.</summary>
/// <remarks>There <see cref="Sink{T}.Open"/> is called without a state and with the name of a new part (<see cref="SinkContext.Part"/>),
/// and the part ends with its writer. If the process leaves, or its shards change, a last checkpoint is taken and the writer is told to
/// finish. If it was killed or stands still, whoever takes some of its worker's shards over finishes the part.</remarks>
/// <example><code>
/// public override SinkWriter&lt;Row> Open(ReadOnlyMemory&lt;byte> state, SinkContext context)
///     => new Writer(FileParts.Open(disk, path, ".txt", state, context));
///
/// public void FinishPart(ReadOnlyMemory&lt;byte> state, SinkContext context)
///     => FileParts.Finish(disk, path, state, static (partial, part) => partial.CopyTo(part));
/// </code></example>
public interface IWritesParts
{
    /// <summary>Completes the part of a writer that can commit nothing more, up to what its last checkpoint covers. Called before
    /// <see cref="Sink{T}.Open"/>.</summary>
    /// <remarks>Several processes may do so at once, and again after a crash; the writer may have done so itself. One that has stood still
    /// may even write on meanwhile, which must not show.</remarks>
    /// <param name="state">The result of <see cref="SinkWriter{T}.Prepare"/> for that checkpoint.</param>
    /// <param name="context">The access to the job of the process that completes the part.</param>
    /// <exception cref="DataflowException">The part cannot be completed here; nothing of it is lost.</exception>
    void FinishPart(ReadOnlyMemory<byte> state, SinkContext context);
}
