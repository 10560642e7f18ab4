namespace Dataflow.Perf.Nexmark;

/// <summary>What came out of a query: how many rows, and the sum of their checksums. Any thread may look.</summary>
internal sealed class Results
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, (long Rows, ulong Checksum)> _byWorker = [];

    /// <summary>Where the rows' latencies go, if they are measured.</summary>
    public Latencies? Latencies { get; init; }

    /// <summary>The topic that the rows go to instead of being counted here: several processes may share the query then.</summary>
    public Topic<RowChange>? Topic { get; init; }

    public long Rows => Total().Rows;

    public ulong Checksum => Total().Checksum;

    /// <summary>Says what a worker has written so far.</summary>
    public void Set(int worker, long rows, ulong checksum)
    {
        lock (_lock) _byWorker[worker] = (rows, checksum);
    }

    public override string ToString() => $"{Rows} rows, checksum {Checksum:x16}";

    private (long Rows, ulong Checksum) Total()
    {
        lock (_lock)
        {
            return _byWorker.Values.Aggregate(
                (Rows: 0L, Checksum: 0UL), static (sum, part) => (sum.Rows + part.Rows, sum.Checksum + part.Checksum));
        }
    }
}
