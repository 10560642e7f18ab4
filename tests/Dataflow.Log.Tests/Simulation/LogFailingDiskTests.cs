using Dataflow.Testing.Disks;

namespace Dataflow.Log.Tests.Simulation;

/// <summary>Makes each operation of a log fail in turn: what does it say, and what does the next process find?</summary>
public class LogFailingDiskTests
{
    private const int InputOutputError = 5;
    private const int NoSpaceLeft = 28;
    private static readonly CreateTopicStep Further = new("further", 1);

    [Theory, MemberData(nameof(SimulationRun.Seeds), MemberType = typeof(SimulationRun))]
    public async Task After_a_failed_sync_nothing_is_acknowledged_and_all_that_was_is_there(int seed)
    {
        var steps = Workload.Create(seed, steps: 36);

        await SimulationRun.ForEachOperationAsync(seed, steps, async (number, operation) =>
        {
            if (operation.Kind is not (DiskOperationKind.Sync or DiskOperationKind.SyncDirectory)) return;
            var disk = new SimulatedFileSystem();
            disk.FailAt(number, new IOException("Input/output error", InputOutputError));
            var log = new SimulatedLog(disk);
            await Assert.ThrowsAnyAsync<Exception>(() => log.RunAsync(steps));

            await CheckAsync(disk, seed, number, log);
        });
    }

    [Theory, MemberData(nameof(SimulationRun.Seeds), MemberType = typeof(SimulationRun))]
    public async Task A_disk_that_is_full_for_a_moment_loses_nothing_acknowledged(int seed)
    {
        var steps = Workload.Create(seed, steps: 36);

        await SimulationRun.ForEachOperationAsync(seed, steps, async (number, operation) =>
        {
            if (operation.Kind is not (DiskOperationKind.Write or DiskOperationKind.SetLength)) return;
            var disk = new SimulatedFileSystem();
            disk.FailAt(number, new IOException("No space left on device", NoSpaceLeft));
            var log = new SimulatedLog(disk) { MakesRoom = () => true };
            var error = await Record.ExceptionAsync(() => log.RunAsync(steps));

            if (error is not null) Assert.IsType<LogFailedException>(error);
            await CheckAsync(disk, seed, number, log);
        });
    }

    [Theory, MemberData(nameof(SimulationRun.Seeds), MemberType = typeof(SimulationRun))]
    public async Task A_disk_that_stays_full_refuses_until_there_is_room(int seed)
    {
        var disk = new SimulatedFileSystem { CapacityBytes = 0 };
        var refusals = 0;
        var log = new SimulatedLog(disk)
        {
            MakesRoom = () =>
            {
                refusals++;
                disk.CapacityBytes += 50_000;
                return true;
            },
        };

        await log.RunAsync(Workload.Create(seed, steps: 36));

        Assert.InRange(refusals, 10, int.MaxValue);
        SimulatedLog.Recover(disk.AfterPowerLoss(Unsynced.Lost), log.Possible);
    }

    /// <summary>A log that failed stays failed, and the next process finds what was acknowledged.</summary>
    private static async Task CheckAsync(SimulatedFileSystem disk, int seed, int number, SimulatedLog log)
    {
        var possible = log.Possible;
        if (log.IsOpen && possible.Count > 1)
            await Assert.ThrowsAsync<LogFailedException>(() => log.DoAsync(Further));
        await SimulationRun.CheckOutcomesAsync(disk, seed, number, left =>
        {
            SimulatedLog.Recover(left, possible);
            return Task.CompletedTask;
        });
    }
}
