using System.Buffers.Binary;
using System.Text;
using Dataflow.Log;

namespace Dataflow.Extensibility;

/// <summary>The file of a sink: one at its path; or, where processes may take each other's work over, a directory of that name in which
/// each writer has a part, for a sink that is an <see cref="IWritesParts"/>.</summary>
/// <remarks>A part grows as <c>part-….partial</c>. The length that a checkpoint covers is in that checkpoint. The writer renames it when it
/// ends with a checkpoint; otherwise each process that takes shards of it over copies that length to the part's name. What may happen in
/// between:
/// <list type="bullet">
/// <item>The writer is killed before its first checkpoint, or that one fails: no checkpoint knows the file, and its rows are read again.
/// The <c>.partial</c> stays, and holds no row that is missing elsewhere.</item>
/// <item>It is killed after that: bytes beyond the length of the last checkpoint are not copied.</item>
/// <item>It stands still, is taken over from, and writes on: to a file that was copied and has no name any more. It can commit
/// nothing.</item>
/// <item>It stands still behind its last checkpoint, and ends: it finds the part there, or gives it the name with the same bytes.</item>
/// <item>The process that copies is killed before its own first checkpoint: the shards still have the checkpoint of the writer, so the next
/// one to take them does it again. If the part has its name already, there is nothing to copy.</item>
/// <item>Several processes get shards of the writer: each copies to a name of its own, and the last to rename replaces the part by the same
/// rows.</item>
/// <item>The process is killed between the last checkpoint of all input and the rename: the process that takes it over, or the next start
/// of the pipeline, does that.</item>
/// </list></remarks>
public static class FileParts
{
    /// <summary>Opens the file, or a new part in the directory of its name, which is created if it is missing.</summary>
    /// <param name="files">The file system that the file lies in.</param>
    /// <param name="path">The full path of the finished file, or of the directory.</param>
    /// <param name="extension">The extension of parts, with its dot.</param>
    /// <param name="state">What <see cref="Sink{T}.Open"/> was given.</param>
    /// <param name="context">What it was given.</param>
    /// <exception cref="ConnectorException">The file cannot be opened, or is shorter than the checkpoint's length; or there is a file in
    /// place of the directory.</exception>
    public static PartialFile Open(IFileSystem files, string path, string extension, ReadOnlyMemory<byte> state, SinkContext context)
    {
        if (context.Part is not { } part) return PartialFile.Open(files, path, state);
        if (files.Exists(path)) throw ConnectorException.NoDirectory(path);
        try
        {
            files.CreateDirectory(path);
            files.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ConnectorException.CannotOpen(path, error);
        }

        return PartialFile.NewPart(files, Path.Combine(path, part + extension));
    }

    /// <summary>Finishes the part of a writer that has ended: see <see cref="IWritesParts.FinishPart"/>.</summary>
    /// <param name="files">The file system that the directory lies in.</param>
    /// <param name="directory">The full path of the directory.</param>
    /// <param name="state">The result of <see cref="PartialFile.Prepare"/> for the writer's last checkpoint.</param>
    /// <param name="convert">Writes the finished file, its second argument, from what the checkpoint covers of the partial one.</param>
    /// <exception cref="ConnectorException">The part is not in the directory, or is shorter than the checkpoint's length.</exception>
    public static void Finish(IFileSystem files, string directory, ReadOnlyMemory<byte> state, Action<Stream, Stream> convert)
    {
        if (state.Length <= sizeof(long)) throw ConnectorException.NotAPart(directory);
        var path = Path.Combine(directory, Encoding.UTF8.GetString(state.Span[sizeof(long)..]));
        var committed = BinaryPrimitives.ReadInt64BigEndian(state.Span);
        if (!files.Exists(path)) Complete(files, path, committed, convert);
        foreach (var left in files.List(directory).Where(name => name.StartsWith(Path.GetFileName(path) + '.', StringComparison.Ordinal)))
            files.Delete(Path.Combine(directory, left));
        files.SyncDirectory(directory);
    }

    private static void Complete(IFileSystem files, string path, long committed, Action<Stream, Stream> convert)
    {
        try
        {
            using var part = PartialFile.OpenPart(files, path, committed);
            part.Finish(convert);
        }
        catch (Exception error) when (error is IOException or ConnectorException)
        {
            if (files.Exists(path)) return; // another process was quicker
            if (error is not IOException) throw;
            throw ConnectorException.PartLost(path, committed, error);
        }
    }
}
