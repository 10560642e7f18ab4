using System.Globalization;

namespace Dataflow.Log;

/// <summary>Where everything lies below a log's directory.</summary>
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

    public static bool TryParseGeneration(string fileName, out long generation)
    {
        generation = 0;
        return fileName.EndsWith(JournalExtension, StringComparison.Ordinal)
            && fileName.Length == 20 + JournalExtension.Length
            && long.TryParse(fileName.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out generation);
    }
}
