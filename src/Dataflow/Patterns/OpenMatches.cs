using MessagePack;

namespace Dataflow.Patterns;

/// <summary>What a <c>Match</c> step keeps of a key: its records that wait for the watermark, and the matches that are open.</summary>
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

    /// <summary>The searches that are not decided, by their first record.</summary>
    [Key(3)]
    public List<MatchSearch> Searches { get; init; } = [];

    internal bool IsEmpty => Waiting.Count == 0 && Searches.Count == 0;

    internal T ValueOf(long row) => Rows[(int)(row - FirstRow)].Value;

    internal long TimeOf(long row) => Rows[(int)(row - FirstRow)].TimeMs;

    /// <summary>Forgets the records that no search needs.</summary>
    internal void ForgetRows()
    {
        var count = Searches.Count == 0 ? Rows.Count : (int)(Searches[0].Start - FirstRow);
        Rows.RemoveRange(0, count);
        FirstRow += count;
    }
}

/// <summary>A value with its event time in ms since the Unix epoch.</summary>
internal readonly record struct TimedValue<T>([property: Key(0)] long TimeMs, [property: Key(1)] T Value);

/// <summary>The search for a match that begins with one record.</summary>
internal sealed class MatchSearch
{
    /// <summary>The number of its first record.</summary>
    [Key(0)]
    public long Start { get; init; }

    /// <summary>The ways that are open, the preferred ones first.</summary>
    [Key(1)]
    public List<OpenMatch> Open { get; set; } = [];

    /// <summary>The best match so far, which an open way may still surpass.</summary>
    [Key(2)]
    public OpenMatch? Found { get; set; }
}

/// <summary>The records of a match so far, and which part the next one would be of.</summary>
internal sealed class OpenMatch
{
    /// <summary>The numbers of the records.</summary>
    [Key(0)]
    public long[] Rows { get; init; } = [];

    /// <summary>The part that each of them belongs to.</summary>
    [Key(1)]
    public int[] Parts { get; init; } = [];

    /// <summary>The part that the next record would be of.</summary>
    [Key(2)]
    public int Next { get; init; }

    /// <summary>How many records that part would then have.</summary>
    [Key(3)]
    public int Count { get; init; }
}
