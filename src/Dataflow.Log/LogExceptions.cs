using System.Globalization;

namespace Dataflow.Log;

/// <summary>Thrown when the log refuses a call (an unknown topic, an invalid name, a record that is too large), or when a log in a cluster
/// does not answer.</summary>
public class LogException : DataflowException
{
    /// <summary>Creates an error with its message and, if there is one, its cause.</summary>
    public LogException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    internal static LogException TopicUnknown(string name, IEnumerable<string> known)
    {
        var names = string.Join(", ", known.Order(StringComparer.Ordinal).Select(n => $"'{n}'"));
        return new(
            $"Topic '{name}': the log has no such topic. It has {(names.Length == 0 ? "none yet" : names)}; create it with "
                + "CreateTopicAsync.");
    }

    internal static LogException TopicNameInvalid(string name)
        => new($"Topic '{name}': the name is not allowed. Use 1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-', and not '.' or "
            + "'..'.");

    internal static LogException TopicNameDiffersInCase(string name, string existing)
        => new($"Topic '{name}': topic '{existing}' exists and differs only in upper and lower case. Some file systems cannot keep them "
            + "apart; choose another name.");

    internal static LogException PartitionCountDiffers(string name, int existing, int asked)
        => new(string.Create(
            CultureInfo.InvariantCulture,
            $"Topic '{name}': it has {existing} partitions and was asked for with {asked}. A topic keeps its count; ask with {existing} or "
                + $"use another name."));

    internal static LogException PartitionUnknown(string topic, int partition, int count)
        => new(string.Create(
            CultureInfo.InvariantCulture,
            $"Topic '{topic}', partition {partition}: the topic has no such partition. Its partitions are 0 to {count - 1}."));

    internal static LogException TopicDeleted(string name)
        => new($"Topic '{name}': it was deleted. Create it again if it is still needed; what was in it is gone.");

    internal static LogException TopicsStay(string name)
        => new($"Topic '{name}': this log deletes no topics. Where it lies in a cluster, delete it with the cluster's own tools once "
            + "nobody needs it.");

    internal static LogException TopicOfAnotherLog(string topic)
        => new($"Topic '{topic}': it belongs to another log. Take the topic from the store that commits.");

    internal static LogException BatchNotReadable(string topic, int partition, long offset, int attributes)
        => new(string.Create(
            CultureInfo.InvariantCulture,
            $"Topic '{topic}', partition {partition}, offset {offset}: batch attributes are 0x{attributes:x4}. Compressed, transactional "
                + $"and control batches are not written by this log and cannot be read."));

    internal static LogException FormatUnknown(string file, int version, int known)
        => new(string.Create(
            CultureInfo.InvariantCulture,
            $"File '{file}': format version is {version}, this program knows {known} only. Open the log with the "
                + $"{(version > known ? "newer" : "older")} version of Dataflow that wrote it, or begin another one in an empty "
                + $"directory."));
}

/// <summary>Thrown when a record does not fit in a batch.</summary>
public sealed class RecordTooLargeException : LogException
{
    private RecordTooLargeException(string where, long bytes, Exception? inner)
        : base(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{where}: key, value and headers take {bytes} bytes. A batch holds at most {BatchHeader.MaxBatchBytes} bytes; split the "
                    + $"record or keep its content elsewhere."),
            inner) => Bytes = bytes;

    /// <summary>The size of its key, value and headers, in bytes.</summary>
    public long Bytes { get; }

    /// <summary>The topic that it was to be appended to, or null where that is not known yet.</summary>
    public string? Topic { get; private init; }

    /// <summary>The partition that it was to be appended to, or null where that is not known yet.</summary>
    public int? Partition { get; private init; }

    internal static RecordTooLargeException Of(long bytes) => new("Record", bytes, inner: null);

    internal RecordTooLargeException BoundFor(string topic, int partition)
        => new(string.Create(CultureInfo.InvariantCulture, $"Topic '{topic}', partition {partition}, record"), Bytes, this) { Topic = topic,
            Partition = partition };
}

/// <summary>Thrown when a partition does not hold an offset.</summary>
public sealed class OffsetOutOfRangeException : LogException
{
    private OffsetOutOfRangeException(string message)
        : base(message)
    {
    }

    /// <summary>The offset that was asked for.</summary>
    public long Offset { get; private init; }

    /// <summary>The first offset that the partition holds.</summary>
    public long StartOffset { get; private init; }

    /// <summary>The offset that the next record will get; a reader may wait there.</summary>
    public long EndOffset { get; private init; }

    /// <summary>Makes the error, for a log of one's own.</summary>
    public static OffsetOutOfRangeException Of(string topic, int partition, long offset, long start, long end)
        => new(string.Create(
            CultureInfo.InvariantCulture,
            $"Topic '{topic}', partition {partition}: offset {offset} is not there. It holds offsets from {start} up to, not including, "
                + $"{end}; start at one of them or at {end}."))
        {
            Offset = offset,
            StartOffset = start,
            EndOffset = end,
        };
}

/// <summary>Thrown when stored bytes are not those that were written. Nothing was cut or skipped.</summary>
public sealed class CorruptLogException : LogException
{
    private const string RestoreJournal = "restore the journal from a copy, or remove the log and rebuild it";

    private CorruptLogException(string message)
        : base(message)
    {
    }

    /// <summary>The damaged partition's topic, or null when the journal is damaged.</summary>
    public string? Topic { get; private init; }

    /// <summary>The damaged partition, or null when the journal is damaged.</summary>
    public int? Partition { get; private init; }

    /// <summary>The full path of the damaged file.</summary>
    public string File { get; private init; } = "";

    /// <summary>The position in the file at which the damage was found, in bytes.</summary>
    public long Position { get; private init; }

    /// <summary>The first record offset that is in doubt, or null when the journal is damaged.</summary>
    public long? Offset { get; private init; }

    internal static CorruptLogException Journal(string file, long position, string what)
        => new(string.Create(
            CultureInfo.InvariantCulture,
            $"Journal '{file}', byte {position}: {what}. Acknowledged commits were stored there, so nothing was cut; restore the file from "
                + $"a copy, or remove the log and rebuild it."))
        {
            File = file,
            Position = position,
        };

    internal static CorruptLogException JournalMissing(string directory, string topics)
        => new($"Journal '{directory}': no checkpoint was found, yet there are segments in '{topics}'. Journal files were removed or "
            + $"damaged; {RestoreJournal}.")
        {
            File = directory,
        };

    internal static CorruptLogException SuccessorMissing(string file, string older)
        => new($"Journal '{file}': the file is missing or holds no checkpoint, yet '{older}' says that the journal goes on there. "
            + $"Acknowledged commits were stored there, so nothing was cut; {RestoreJournal}.")
        {
            File = file,
        };

    internal static CorruptLogException TopicUnknown(string segments)
        => new($"Journal: it has no topic for '{segments}', though there are segments. Journal files were removed or damaged, so nothing "
            + $"was cut; {RestoreJournal}. If the directory is your own, move it away.")
        {
            File = segments,
        };

    internal static CorruptLogException JournalBehind(string topic, int partition, string file, long position, long offset)
        => new(string.Create(
            CultureInfo.InvariantCulture,
            $"Topic '{topic}', partition {partition}, offset {offset}, file '{file}', byte {position}: the journal lacks the commit of "
                + $"these records and the one before it, so more is missing than a commit in progress. Journal files were removed or "
                + $"damaged, so nothing was cut; {RestoreJournal}."))
        {
            Topic = topic,
            Partition = partition,
            File = file,
            Position = position,
            Offset = offset,
        };

    internal static CorruptLogException Segment(string topic, int partition, string file, long position, long offset, string what)
        => Batch(
            topic, partition, file, position, offset, what,
            "The log does not open without it; restore the file from a copy, or remove the log and rebuild it");

    internal static CorruptLogException Checksum(
        string topic, int partition, string file, long position, long offset, uint actual, uint stored)
        => Batch(
            topic, partition, file, position, offset,
            string.Create(CultureInfo.InvariantCulture, $"batch checksum is 0x{actual:x8}, stored 0x{stored:x8}"));

    internal static CorruptLogException Batch(string topic, int partition, string file, long position, long offset, string what)
        => Batch(
            topic, partition, file, position, offset, what,
            "The segment is damaged from here on; restore the file from a copy, or trim the partition to a later offset");

    private static CorruptLogException Batch(
        string topic, int partition, string file, long position, long offset, string what, string advice)
        => new(string.Create(
            CultureInfo.InvariantCulture,
            $"Topic '{topic}', partition {partition}, offset {offset}, file '{file}', byte {position}: {what}. {advice}."))
        {
            Topic = topic,
            Partition = partition,
            File = file,
            Position = position,
            Offset = offset,
        };
}

/// <summary>Thrown when another store has the directory open.</summary>
public sealed class LogLockedException : LogException
{
    private LogLockedException(string message, Exception inner)
        : base(message, inner)
    {
        IsTransient = true;
    }

    internal static LogLockedException Of(string directory, string? holder, Exception inner)
        => new($"Log '{directory}': it is open elsewhere ({holder ?? "holder unknown"}). One process at a time may open a log; close the "
            + "other one first.", inner);
}

/// <summary>Thrown when the operating system refuses to open, read or lock a file of the log. Committed data was not changed.</summary>
public sealed class LogAccessException : LogException
{
    private LogAccessException(string message, Exception inner)
        : base(message, inner)
    {
    }

    internal static LogAccessException Opening(string directory, Exception inner)
        => new($"Log '{directory}': it could not be opened: {inner.Message.TrimEnd('.')}. Nothing that was committed was changed; remove "
            + "the cause and open it again.", inner);

    internal static LogAccessException Reading(string topic, int partition, string file, Exception inner)
        => new(string.Create(
            CultureInfo.InvariantCulture,
            $"Topic '{topic}', partition {partition}, file '{file}': it could not be read: {inner.Message.TrimEnd('.')}. The reader stays "
                + $"where it is; remove the cause and read again."), inner);
}

/// <summary>Thrown when the disk is full. The commit did not happen and the log stays usable; the same commit may be retried.</summary>
public sealed class LogFullException : LogException
{
    private LogFullException(string message, Exception inner)
        : base(message, inner)
    {
        IsTransient = true;
    }

    internal static LogFullException Of(string directory, Exception inner)
        => new($"Log '{directory}': the disk is full ({inner.Message}). Nothing of this commit was stored; free some space or trim topics, "
            + "then try again.", inner);
}

/// <summary>Thrown after a write or a sync failed. The store takes no more commits; readers keep the records that were visible.</summary>
public sealed class LogFailedException : LogException
{
    private LogFailedException(string message, Exception inner)
        : base(message, inner)
    {
    }

    internal static LogFailedException Of(string directory, Exception inner)
        => new($"Log '{directory}': writing failed ({inner.Message}). What was not acknowledged may be lost; dispose the store and open it "
            + "again, which recovers all that was acknowledged.", inner);
}
