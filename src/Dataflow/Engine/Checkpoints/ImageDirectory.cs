using System.Globalization;
using Dataflow.Log;

namespace Dataflow.Checkpoints;

/// <summary>The directory in which a process keeps images of a pipeline's shards: a file for each. One process at a time may have
/// it.</summary>
internal sealed class ImageDirectory : IDisposable
{
    private const string Ending = ".image";
    private const string Start = "shard-";

    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly IDisposable _lock;

    private ImageDirectory(IFileSystem files, string path, IDisposable taken) => (_files, _path, _lock) = (files, path, taken);

    /// <summary>Opens or creates it, and removes what was not finished.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The directory that the user has given.</param>
    /// <param name="pipeline">The pipeline: several may have images in one directory.</param>
    /// <exception cref="CheckpointException">Another process has it, or it cannot be used.</exception>
    public static ImageDirectory Open(IFileSystem files, string directory, string pipeline)
    {
        var path = Path.Combine(Path.GetFullPath(directory), $"{pipeline}.state");
        IDisposable? taken = null;
        try
        {
            files.CreateDirectory(path);
            taken = files.Lock(Path.Combine(path, "lock"));
            foreach (var name in files.List(path).Where(static name => name.EndsWith(ImageFile.Unfinished, StringComparison.Ordinal)))
                files.Delete(Path.Combine(path, name));
            return new ImageDirectory(files, path, taken);
        }
        catch (FileLockedException error)
        {
            throw CheckpointException.StateDirectoryInUse(pipeline, path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            taken?.Dispose();
            throw CheckpointException.StateDirectoryUnusable(pipeline, path, error);
        }
    }

    /// <summary>The shards that have a file.</summary>
    public IReadOnlyList<int> List() => [.. _files.List(_path).Select(ShardOf).Where(static shard => shard >= 0)];

    /// <summary>Whether a shard has a file.</summary>
    public bool Has(int shard) => _files.Exists(PathOf(shard));

    public string PathOf(int shard) => Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{Start}{shard:00}{Ending}"));

    /// <summary>Writes an image in place of an older one.</summary>
    /// <exception cref="IOException">The disk refuses it; the older one is still there.</exception>
    public void Write(ImageHeader header, RecordBuffer records)
    {
        _files.CreateDirectory(_path); // it may have been removed
        ImageFile.Write(_files, PathOf(header.Shard), header, records);
    }

    /// <summary>Reads a shard's file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public T Read<T>(int shard, Func<IFile, T> read)
    {
        using var file = _files.Open(PathOf(shard), FileMode.Open);
        return read(file);
    }

    /// <summary>Removes a shard's file; one that cannot be removed is looked at again another time.</summary>
    public void Remove(int shard)
    {
        try
        {
            _files.Delete(PathOf(shard));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It counts no more for that.
        }
    }

    public void Dispose() => _lock.Dispose();

    private static int ShardOf(string name)
        => name.StartsWith(Start, StringComparison.Ordinal) && name.EndsWith(Ending, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan()[Start.Length..^Ending.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
            && shard < State.Shards.Count ? shard : -1;
}
