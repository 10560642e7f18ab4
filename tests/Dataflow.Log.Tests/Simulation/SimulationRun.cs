using Dataflow.Testing.Disks;

namespace Dataflow.Log.Tests.Simulation;

/// <summary>Runs something for every operation of a workload, and says how to see a failure again.</summary>
internal static class SimulationRun
{
    private const string SeedVariable = "DATAFLOW_SIMULATION_SEED";
    private const int Chances = 3;

    public static TheoryData<int> Seeds
        => Environment.GetEnvironmentVariable(SeedVariable) is { } seed ? [int.Parse(seed)] : [1, 2];

    /// <summary>Two more: with these a recovery once deleted files by a journal entry that it had not synced.</summary>
    public static TheoryData<int> RecoverySeeds
        => Environment.GetEnvironmentVariable(SeedVariable) is { } seed ? [int.Parse(seed)] : [1, 2, 4, 6];

    /// <summary>Counts the operations of the workload, then calls the check with each of them, in parallel.</summary>
    public static Task ForEachOperationAsync(int seed, IReadOnlyList<Step> steps, Func<int, DiskOperation, Task> check)
        => ForEachOperationAsync(seed, steps, Durability.PowerLoss, check);

    public static async Task ForEachOperationAsync(
        int seed, IReadOnlyList<Step> steps, Durability durability, Func<int, DiskOperation, Task> check)
    {
        var disk = new SimulatedFileSystem();
        await new SimulatedLog(disk, durability).RunAsync(steps);

        await Parallel.ForEachAsync(disk.Operations.Index(), async (operation, _) =>
        {
            try
            {
                await check(operation.Index, operation.Item);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException(
                    $"Seed {seed}, operation {operation.Index} ({operation.Item}), {error.Message} "
                    + $"Replay: set {SeedVariable}={seed} and run this test.",
                    error);
            }
        });
    }

    /// <summary>
    /// Checks what a crash may leave: the extremes, a few by chance, and what the death of the process alone leaves.
    /// </summary>
    public static async Task CheckOutcomesAsync(
        SimulatedFileSystem disk, int seed, int operation, Func<SimulatedFileSystem, Task> check)
    {
        foreach (var (name, left) in Outcomes(disk, seed, operation))
        {
            try
            {
                await check(left);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"after {name}: {error.Message}", error);
            }
        }
    }

    private static IEnumerable<(string Name, SimulatedFileSystem Disk)> Outcomes(
        SimulatedFileSystem disk, int seed, int operation)
    {
        yield return ("the loss of all that was unsynced", disk.AfterPowerLoss(Unsynced.Lost));
        yield return ("the loss of nothing", disk.AfterPowerLoss(Unsynced.Kept));
        for (var chance = 0; chance < Chances; chance++)
        {
            var random = new Random((((seed * 100_000) + operation) * Chances) + chance);
            yield return ($"losses by chance {chance}", disk.AfterPowerLoss(random));
        }
        yield return ("the death of the process", disk.AfterProcessCrash());
    }
}
