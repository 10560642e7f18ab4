using Dataflow.Tables;

namespace Dataflow.Runtime;

/// <summary>Holds streams back until the tables are loaded that are read first, and the sources are read that are put in order.</summary>
internal sealed class StartGate(JobRun job)
{
    private readonly int _tablesToLoad = job.Workers.Count * job.Plan.Nodes.Count(static node => node is ITableNode { IsReadFirst: true });
    private int _tablesLoaded;
    private int _gathering; // splits that still take in what they give later

    private bool TablesAreLoaded => Volatile.Read(ref _tablesLoaded) >= _tablesToLoad;

    public bool IsOpen => TablesAreLoaded && (Volatile.Read(ref _gathering) == 0 || job.IsDraining);

    /// <summary>Tells that one worker's part of a table is loaded.</summary>
    public void TableLoaded()
    {
        Interlocked.Increment(ref _tablesLoaded);
        job.WakeWorkers();
    }

    public void BeginGathering() => Interlocked.Increment(ref _gathering);

    public void EndGathering()
    {
        if (Interlocked.Decrement(ref _gathering) == 0) job.WakeWorkers();
    }
}
