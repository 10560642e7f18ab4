using Dataflow.CrashTarget;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Testing.Disks;

namespace Dataflow.Tests.Checkpoints;

/// <summary>Crashes a pipeline at every operation on its disk: with every outcome the results are as if nothing happened.</summary>
/// <remarks>Seen red, as <see cref="KillTests"/> was, with a commit that left the state changes out, and with tasks that read
/// beyond the barrier of one worker before that of the other had come.</remarks>
public class CrashSimulationTests
{
    private const int Workers = 2;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void A_crash_at_any_operation_changes_no_result(int seed, bool cutsReads)
    {
        var filled = Filled(trips: cutsReads ? 150 : 1500);
        var undisturbed = filled.AfterProcessCrash();
        var expected = RunToEnd(undisturbed, seed, cutsReads);
        Assert.NotEmpty(expected);

        for (var operation = 0; operation < undisturbed.Operations.Count; operation++)
        {
            var disk = filled.AfterProcessCrash();
            disk.CrashAt(operation, halfway: operation % 2 == 0);
            Assert.ThrowsAny<Exception>(() => RunToEnd(disk, seed, cutsReads));
            Assert.True(disk.HasCrashed, $"seed {seed}: the job failed before operation {operation}");
            foreach (var left in Outcomes(disk, seed, operation))
            {
                var results = RunToEnd(left, seed + 1, cutsReads);
                Assert.True(expected.SequenceEqual(results), $"seed {seed}: other results after a crash at operation {operation} "
                    + $"({undisturbed.Operations[operation]}): {results.Count} instead of {expected.Count}");
            }
        }
    }

    private static IEnumerable<SimulatedFileSystem> Outcomes(SimulatedFileSystem disk, int seed, int operation) =>
    [
        disk.AfterPowerLoss(Unsynced.Lost),
        disk.AfterPowerLoss(Unsynced.Kept),
        disk.AfterPowerLoss(new Random((seed * 1000) + operation)),
    ];

    private static SimulatedFileSystem Filled(int trips)
    {
        var disk = new SimulatedFileSystem();
        using var log = SimulatedJob.OpenLog(disk);
        Trips.FillAsync(log, trips).GetAwaiter().GetResult();
        return disk;
    }

    private static IReadOnlyList<string> RunToEnd(SimulatedFileSystem disk, int seed, bool cutsReads)
    {
        var log = SimulatedJob.OpenLog(disk);
        var job = SimulatedJob.Start(
            Trips.Pipeline(), log, Workers, seed, checkpointInterval: TimeSpan.FromMilliseconds(cutsReads ? 60 : 4),
            with: options => cutsReads ? options with { LongestTurn = TimeSpan.FromTicks(-1) } : options);
        job.Run();
        var results = Trips.Results(log);
        log.Dispose();
        return results;
    }
}
