using System.Globalization;

namespace Dataflow.Log;

/// <summary>The files and directories below a log's directory.</summary>
internal static class LogLayout
{
    public const string JournalExtension = ".journal";

    public const string SegmentExtension = ".log";

    public static string Lock(string directory) => Path.Combine(directory, "lock");

    public static string LockHolder(string directory) => Path.Combine(directory, "lock.holder");

    public static string Journal(string directory) => Path.Combine(directory, "journal");

    public static string Topics(string directory) => Path.Combine(directory, "topics");

    public static string PartitionDirectory(string topicsDirectory, string topic, int partition)
        => Path.Combine(topicsDirectory, string.Create(CultureInfo.InvariantCulture, $"{topic}-{partition}"));

    public static string Segment(string partitionDirectory, long baseOffset)
        => Path.Combine(partitionDirectory, string.Create(CultureInfo.InvariantCulture, $"{baseOffset:d20}{SegmentExtension}"));

    public static string JournalFile(string journalDirectory, long generation)
        => Path.Combine(journalDirectory, string.Create(CultureInfo.InvariantCulture, $"{generation:d20}{JournalExtension}"));

    public static bool TryParseGeneration(string fileName, out long generation) => TryParse(fileName, JournalExtension, out generation);

    /// <summary>Whether a file's name is a valid name of a segment; files with other names do not belong to the log.</summary>
    public static bool TryParseBaseOffset(string fileName, out long baseOffset) => TryParse(fileName, SegmentExtension, out baseOffset);

    /// <summary>Whether a directory's name is a valid name of a partition.</summary>
    public static bool IsPartition(string directoryName)
        => directoryName.LastIndexOf('-') is > 0 and var dash
            && int.TryParse(directoryName.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static bool TryParse(string fileName, string extension, out long number)
    {
        number = 0;
        return fileName.Length == 20 + extension.Length
            && fileName.EndsWith(extension, StringComparison.Ordinal)
            && long.TryParse(fileName.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
