namespace Dataflow.Log.Segments;

/// <summary>Examines the bytes of segment files beyond the journal: the commit in progress, or proof that the journal lost
/// entries.</summary>
/// <remarks>Every batch carries the number of its journal entry, and a commit is written only when the entry before it is durable. So only
/// the entry right after the journal's last one may have left bytes behind.</remarks>
internal sealed class Leftovers(IFileSystem files, long lastSequence)
{
    private readonly byte[] _header = new byte[BatchHeader.Size];

    /// <summary>Describes a file's content from a position on.</summary>
    /// <param name="partition">The partition of the file.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="position">The end of the bytes that the journal knows.</param>
    /// <exception cref="CorruptLogException">A later commit than the one in progress has left records.</exception>
    public RecoveryCut Describe(Partition partition, string path, long position)
    {
        using var file = files.Open(path, FileMode.Open);
        var (records, offset) = (0L, partition.EndOffset);
        for (var at = position; TryReadBatch(file, at, out var header); at += header.Bytes)
        {
            if (BatchHeader.IsAfter(_header, lastSequence + 1))
                throw CorruptLogException.JournalBehind(partition.Topic, partition.Index, path, at, header.BaseOffset);
            if (at == position) offset = header.BaseOffset;
            records += header.Count;
        }
        return new RecoveryCut(path, position, file.Length - position)
        {
            Topic = partition.Topic,
            Partition = partition.Index,
            Offset = offset,
            Records = records,
        };
    }

    /// <summary>Lists the directories that hold segments of partitions that the journal does not know, not even as deleted.</summary>
    public static IEnumerable<string> UnknownPartitions(IFileSystem files, string topics, LogState state)
    {
        var deleted = state.Deleted.SelectMany(static topic => topic.Partitions);
        var known = state.Partitions.Concat(deleted).Select(static partition => Path.GetFileName(partition.Directory))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var name in files.List(topics).Where(name => LogLayout.IsPartition(name) && !known.Contains(name)))
        {
            var directory = Path.Combine(topics, name);
            if (!files.Exists(directory) && files.List(directory).Any(file => LogLayout.TryParseBaseOffset(file, out _)))
                yield return directory;
        }
    }

    private bool TryReadBatch(IFile file, long position, out BatchHeader header)
    {
        header = default;
        if (file.Read(_header, position) < _header.Length || BatchHeader.TryRead(_header, out header) is not null) return false;
        var batch = new byte[header.Bytes];
        return file.Read(batch, position) == batch.Length && BatchHeader.ChecksumOf(batch) == header.Checksum;
    }
}
