using Dataflow.Testing.Disks;
using Dataflow.Testing;

namespace Dataflow.Log.Tests.Simulation;

/// <summary>A log on a simulated disk, run by one thread, with what it must hold at any moment.</summary>
internal sealed class SimulatedLog(SimulatedFileSystem disk, Durability durability = Durability.PowerLoss)
{
    private static readonly string Directory = Path.GetFullPath("/log");
    private LogStore? _store;

    public InlineTaskScheduler Scheduler { get; } = new();

    public LogStore Store => _store ?? throw new InvalidOperationException("The log is not open.");

    public bool IsOpen => _store is not null;

    /// <summary>Called when the log says that the disk is full; whether to try again what was refused.</summary>
    public Func<bool> MakesRoom { get; init; } = () => false;

    /// <summary>What the log may hold after a crash now: first what is acknowledged, then that and more.</summary>
    public IReadOnlyList<LogModel> Possible { get; set; } = [LogModel.Empty];

    /// <summary>Opens the log, small enough that everything that happens to a large log happens soon.</summary>
    public void Open() => _store = LogStore.Open(Directory, new LogOptions
    {
        Durability = durability,
        FileSystem = disk,
        SegmentBytes = 64 << 10,
        JournalFileBytes = 64 << 10,
        CommitScheduler = Scheduler,
    });

    public async Task CloseAsync()
    {
        var store = _store;
        _store = null;
        if (store is not null) await store.DisposeAsync();
    }

    /// <summary>Opens the log and does the steps, up to the first error.</summary>
    public async Task RunAsync(IEnumerable<Step> steps)
    {
        await DoAsync(new ReopenStep());
        foreach (var step in steps) await DoAsync(step);
    }

    /// <summary>Does a step, again if it is refused and there is room now.</summary>
    public async Task DoAsync(Step step)
    {
        while (true)
        {
            try
            {
                Possible = step.StatesFrom(Possible[0]);
                Possible = [await step.RunAsync(this)];
                return;
            }
            catch (LogFullException) when (MakesRoom())
            {
                Possible = [Possible[0]];
            }
        }
    }

    /// <summary>Opens the log that a disk has and says which of those that it may be it is.</summary>
    public static SimulatedLog Recover(
        SimulatedFileSystem disk, IReadOnlyList<LogModel> possible, Durability durability = Durability.PowerLoss)
    {
        var log = new SimulatedLog(disk, durability);
        log.Open();
        var differences = possible.Select(model => LogComparison.FirstDifference(log.Store, model)).ToList();
        var found = differences.IndexOf(null);
        Assert.True(found >= 0, $"The log is none of those that it may be: {string.Join("; ", differences)}.");
        Assert.Null(LogComparison.FirstStray(log.Store, disk));
        log.Possible = [possible[found]];
        return log;
    }
}
