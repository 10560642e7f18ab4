using MessagePack;

namespace Dataflow.Patterns;

/// <summary>The state of a <c>Match</c> step for a key: records that wait for the watermark, and open matches.</summary>
[DataflowRecord]
internal sealed class OpenMatches<T>
{
    /// <summary>The records that the watermark has not passed, by time.</summary>
    [Key(0)]
    public List<TimedValue<T>> Waiting { get; init; } = [];

    /// <summary>The records that open matches hold, in order.</summary>
    [Key(1)]
    public List<TimedValue<T>> Rows { get; init; } = [];

    /// <summary>The number of the first of <see cref="Rows"/>.</summary>
    [Key(2)]
    public long FirstRow { get; set; }

    /// <summary>The undecided searches, by their first record.</summary>
    [Key(3)]
    public List<MatchSearch> Searches { get; init; } = [];

    internal bool IsEmpty => Waiting.Count == 0 && Searches.Count == 0;

    internal TimedValue<T> this[long row] => Rows[(int)(row - FirstRow)];

    internal T ValueOf(long row) => this[row].Value;

    internal long TimeOf(long row) => this[row].TimeMs;

    /// <summary>Removes the records that no search needs.</summary>
    internal void ForgetRows()
    {
        var count = Searches.Count == 0 ? Rows.Count : (int)(Searches[0].Start - FirstRow);
        Rows.RemoveRange(0, count);
        FirstRow += count;
    }
}

/// <summary>A value with its event time in ms since the Unix epoch, and where it was read.</summary>
[DataflowRecord]
internal readonly record struct TimedValue<T>(
    [property: Key(0)] long TimeMs, [property: Key(1)] T Value, [property: Key(2)] ulong PackedOrigin)
{
    internal RecordOrigin Origin => RecordOrigin.Unpack(PackedOrigin);
}

/// <summary>The search for a match that begins with one record.</summary>
[DataflowRecord]
internal sealed class MatchSearch
{
    /// <summary>The number of its first record.</summary>
    [Key(0)]
    public long Start { get; init; }

    /// <summary>The open ways, the preferred ones first.</summary>
    [Key(1)]
    public List<OpenMatch> Open { get; set; } = [];

    /// <summary>The best match so far, which an open way may still replace.</summary>
    [Key(2)]
    public OpenMatch? Found { get; set; }
}

/// <summary>The records of a match so far, and the part of the next record.</summary>
[DataflowRecord]
internal sealed class OpenMatch
{
    /// <summary>The numbers of the records.</summary>
    [Key(0)]
    public long[] Rows { get; init; } = [];

    /// <summary>The part that each of them belongs to.</summary>
    [Key(1)]
    public int[] Parts { get; init; } = [];

    /// <summary>The part of the next record.</summary>
    [Key(2)]
    public int Next { get; init; }

    /// <summary>The number of records of that part with the next one.</summary>
    [Key(3)]
    public int Count { get; init; }
}
