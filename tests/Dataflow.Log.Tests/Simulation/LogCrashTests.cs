using Dataflow.Testing.Disks;

namespace Dataflow.Log.Tests.Simulation;

/// <summary>Crashes a log at every operation that it does on its disk, and looks at what is found afterwards.</summary>
/// <remarks>
/// Seen red with each of these taken out of the log: the sync of the journal, of a new journal file, of a checkpoint, of
/// segments at a checkpoint, of what the journal only names, of recovered segments, of their directories; the checksum
/// and the generation of entries; writing and cutting segments in recovery; deleting stray files; journaling trims;
/// the sync of the journal before a recovery deletes files, and of the topics' directory after it has deleted a topic.
/// Not seen here: taking entries after a gap in their numbers, because each is on disk before the next is written.
/// </remarks>
public class LogCrashTests
{
    private static readonly CommitStep Further = new(new CommitPlan(
        [("clicks", 2, [new ModelRecord(1, Key: null, [1, 2, 3])])],
        [("further", "clicks", 0, 1)]));

    [Theory, MemberData(nameof(SimulationRun.Seeds), MemberType = typeof(SimulationRun))]
    public async Task A_crash_at_any_operation_loses_nothing_acknowledged_and_leaves_no_half_commit(int seed)
    {
        var steps = Workload.Create(seed, steps: 36);

        await SimulationRun.ForEachOperationAsync(seed, steps, async (number, operation) =>
        {
            await CrashAsync(steps, seed, number, halfway: false);
            if (operation.Kind == DiskOperationKind.Write) await CrashAsync(steps, seed, number, halfway: true);
        });
    }

    [Theory, MemberData(nameof(SimulationRun.RecoverySeeds), MemberType = typeof(SimulationRun))]
    public async Task A_crash_during_recovery_is_recovered_from_too(int seed)
    {
        var steps = Workload.Create(seed, steps: 24);

        await SimulationRun.ForEachOperationAsync(seed, steps, async (number, _) =>
        {
            if (number % 13 != 0) return;
            var disk = new SimulatedFileSystem();
            var possible = await RunUntilCrashAsync(disk, steps, number, halfway: false);
            await SimulationRun.CheckOutcomesAsync(disk, seed, number, left => CrashRecoveryAsync(left, possible));
        });
    }

    [Theory, MemberData(nameof(SimulationRun.Seeds), MemberType = typeof(SimulationRun))]
    public async Task Without_syncs_the_death_of_the_process_alone_loses_nothing_acknowledged(int seed)
    {
        var steps = Workload.Create(seed, steps: 36);

        await SimulationRun.ForEachOperationAsync(seed, steps, Durability.ProcessCrash, async (number, operation) =>
        {
            foreach (var halfway in operation.Kind == DiskOperationKind.Write ? (bool[])[false, true] : [false])
            {
                var disk = new SimulatedFileSystem();
                var possible = await RunUntilCrashAsync(disk, steps, number, halfway, Durability.ProcessCrash);
                SimulatedLog.Recover(disk.AfterProcessCrash(), possible, Durability.ProcessCrash);
            }
        });
    }

    /// <summary>Crashes a recovery at each of its operations; what that leaves must recover all the same.</summary>
    private static async Task CrashRecoveryAsync(SimulatedFileSystem disk, IReadOnlyList<LogModel> possible)
    {
        var uninterrupted = disk.AfterProcessCrash();
        SimulatedLog.Recover(uninterrupted, possible);
        for (var operation = 0; operation < uninterrupted.Operations.Count; operation++)
        {
            var recovering = disk.AfterProcessCrash();
            recovering.CrashAt(operation, halfway: true);
            Assert.ThrowsAny<Exception>(() => SimulatedLog.Recover(recovering, possible));
            Assert.True(recovering.HasCrashed, "The recovery failed before it crashed.");
            await CheckAsync(recovering.AfterPowerLoss(new Random(operation)), possible, goesOn: operation % 2 == 0);
        }
    }

    private static async Task CrashAsync(IReadOnlyList<Step> steps, int seed, int number, bool halfway)
    {
        var disk = new SimulatedFileSystem();
        var possible = await RunUntilCrashAsync(disk, steps, number, halfway);
        var outcome = number;
        await SimulationRun.CheckOutcomesAsync(
            disk, seed, number, left => CheckAsync(left, possible, goesOn: outcome++ % 2 == 0));
    }

    private static async Task<IReadOnlyList<LogModel>> RunUntilCrashAsync(
        SimulatedFileSystem disk,
        IReadOnlyList<Step> steps,
        int number,
        bool halfway,
        Durability durability = Durability.PowerLoss)
    {
        disk.CrashAt(number, halfway);
        var log = new SimulatedLog(disk, durability);
        await Assert.ThrowsAnyAsync<Exception>(() => log.RunAsync(steps));
        Assert.True(disk.HasCrashed, "The log failed before it crashed.");
        return log.Possible;
    }

    /// <summary>Recovers, with a further commit or without, loses the power and recovers again.</summary>
    /// <remarks>Without: what a program has seen after a crash must not vanish with the next one.</remarks>
    private static async Task CheckAsync(SimulatedFileSystem disk, IReadOnlyList<LogModel> possible, bool goesOn)
    {
        var log = SimulatedLog.Recover(disk, possible);
        if (goesOn)
        {
            if (!log.Possible[0].Topics.ContainsKey("clicks")) await log.DoAsync(new CreateTopicStep("clicks", 3));
            await log.DoAsync(Further);
        }
        SimulatedLog.Recover(disk.AfterPowerLoss(Unsynced.Lost), log.Possible);
    }
}
