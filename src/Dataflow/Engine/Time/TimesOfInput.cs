namespace Dataflow.Time;

/// <summary>The times that a process knows of all records which reach a place of the plan.</summary>
/// <param name="givers">Those of the steps from which they have their event time.</param>
internal sealed class TimesOfInput(IReadOnlyList<KnownTimes> givers)
{
    /// <inheritdoc cref="KnownTimes.Oldest"/>
    public long Oldest
    {
        get
        {
            var oldest = long.MaxValue;
            for (var i = 0; i < givers.Count; i++) oldest = Math.Min(oldest, givers[i].Oldest); // read with every row
            return oldest;
        }
    }

    public long[] OldestOfEach => [.. givers.Select(static giver => giver.Oldest)];

    /// <inheritdoc cref="KnownTimes.NewestAtEnd"/>
    public long NewestAtEnd => givers.Select(static giver => giver.NewestAtEnd).Append(long.MinValue).Max();

    /// <summary>Learns the times of another process.</summary>
    public void Learn(ReadOnlySpan<long> oldestOfEach, long newestAtEnd)
    {
        foreach (var giver in givers) giver.LearnNewestAtEnd(newestAtEnd);
        for (var i = 0; i < Math.Min(givers.Count, oldestOfEach.Length); i++) givers[i].LearnOldest(oldestOfEach[i]);
    }
}
