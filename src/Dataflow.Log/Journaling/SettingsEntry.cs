namespace Dataflow.Log.Journaling;

/// <summary>A topic's settings in journal entries.</summary>
/// <remarks><code>
/// retention      int64 milliseconds, -1: for ever
/// retention      int64 bytes, -1: any number
/// segment        int32 bytes, -1: as the log's options say
/// </code>All integers little-endian.</remarks>
internal static class SettingsEntry
{
    public const int Bytes = 20;

    public static void Write(EntryWriter entry, TopicSettings settings)
    {
        entry.Int64((long?)settings.RetentionTime?.TotalMilliseconds ?? -1);
        entry.Int64(settings.RetentionBytes ?? -1);
        entry.Int32(settings.SegmentBytes ?? -1);
    }

    public static TopicSettings Read(ref EntryReader entry)
    {
        var (milliseconds, bytes, segmentBytes) = (entry.Int64(), entry.Int64(), entry.Int32());
        return new TopicSettings
        {
            RetentionTime = milliseconds < 0 ? null : TimeSpan.FromMilliseconds(milliseconds),
            RetentionBytes = bytes < 0 ? null : bytes,
            SegmentBytes = segmentBytes < 0 ? null : segmentBytes,
        };
    }
}
