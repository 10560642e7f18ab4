namespace Dataflow.Log.Segments;

/// <summary>Looks at what segment files hold beyond the journal: the commit that was under way, or proof that the journal lost entries.</summary>
/// <remarks>
/// Every batch carries the number of its journal entry, and a commit is written only when the entry before it is safe. So only
/// the entry right after the journal's last one may have left anything behind.
/// </remarks>
internal sealed class Leftovers(IFileSystem files, long lastSequence)
{
    private readonly byte[] _header = new byte[BatchHeader.Size];

    /// <summary>Describes what a file holds from a position on.</summary>
    /// <param name="partition">Whose file it is.</param>
    /// <param name="path">The file.</param>
    /// <param name="position">Where what the journal knows ends.</param>
    /// <exception cref="CorruptLogException">A later commit than the one under way has left records.</exception>
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

    /// <summary>Names the directories that hold segments of partitions that the journal does not know.</summary>
    public static IEnumerable<string> UnknownPartitions(IFileSystem files, string topics, LogState state)
    {
        var known = state.Partitions.Select(partition => Path.GetFileName(partition.Directory)).ToHashSet(StringComparer.Ordinal);
        foreach (var name in files.List(topics).Where(name => LogLayout.IsPartition(name) && !known.Contains(name)))
        {
            var directory = Path.Combine(topics, name);
            if (!files.Exists(directory) && files.List(directory).Any(file => LogLayout.TryParseBaseOffset(file, out _))) yield return directory;
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
