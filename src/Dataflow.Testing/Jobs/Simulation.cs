using Dataflow.Log;
using Dataflow.Testing.Disks;

namespace Dataflow.Testing;

/// <summary>Runs a pipeline under many schedules of crashes and restarts, and compares its results with an undisturbed run.</summary>
/// <remarks>All code is the engine's own; a schedule decides how many workers take turns in which order, when the commit of a checkpoint
/// happens, and after how many turns the job is cancelled, the process crashes or the power fails. A schedule that changes the results is
/// made smaller, and its input too, while it still does. The same schedule gives the same run.</remarks>
/// <param name="fill">Writes the input to topics of the log.</param>
/// <param name="pipeline">Creates the pipeline, anew for each start; its input is bounded (<c>StopAtEnd</c>), its results go to
/// topics.</param>
/// <param name="results">Reads the results, in an order that does not depend on the turns of workers.</param>
public sealed class Simulation(Action<LogStore> fill, Func<Pipeline> pipeline, Func<LogStore, IReadOnlyList<string>> results)
{
    private const int MaxLives = 3;
    private const int MaxWorkers = 3;
    private const int MaxTurns = 120;
    private const int MaxInputs = 80;

    private readonly Lazy<SimulatedInput> _input = new(() => new SimulatedInput(fill));

    /// <summary>Runs the schedules of the first seeds.</summary>
    /// <exception cref="SimulationException">One of them changed the results; the message shows the smallest that does.</exception>
    public void Run(int seeds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        var expected = Undisturbed(null);
        for (var seed = 0; seed < seeds; seed++)
        {
            var schedule = Draw(seed);
            if (Difference(schedule, expected) is null) continue;
            schedule = ShrinkInput(Shrink(schedule, expected));
            expected = Undisturbed(schedule.Records);
            throw Fail(Shrink(schedule, expected), expected);
        }
    }

    /// <summary>Runs one schedule, as copied from an error, and returns its results.</summary>
    public IReadOnlyList<string> Run(SimulatedSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var disk = new SimulatedFileSystem();
        var log = SimulatedJob.OpenLog(disk);
        try
        {
            if (schedule.Records is null) fill(log);
            else _input.Value.WriteTo(log, schedule.Records);
            foreach (var life in schedule.Lives)
            {
                Live(log, life, schedule.Seed);
                if (life.End == SimulatedEnd.Cancel) continue;
                var left = life.End == SimulatedEnd.PowerLoss ? disk.AfterPowerLoss(new Random(schedule.Seed)) : disk.AfterProcessCrash();
                log.Dispose(); // on the disk that is not used any more
                log = SimulatedJob.OpenLog(disk = left);
            }

            Start(log, schedule.LastWorkers, schedule.Seed).Run();
            return [.. results(log)];
        }
        finally
        {
            log.Dispose();
        }
    }

    private void Live(LogStore log, SimulatedLife life, int seed)
    {
        var job = Start(log, life.Workers, seed);
        for (var turn = 0; turn < life.Turns && !job.HasFinished; turn++) job.Step();
        if (life.End == SimulatedEnd.Cancel) job.Close();
    }

    private SimulatedJob Start(LogStore log, int workers, int seed)
        => SimulatedJob.Start(
            pipeline(), log, workers, seed, checkpointInterval: TimeSpan.FromMilliseconds(seed % 2 == 0 ? 4 : 16),
            with: options => Cut(options, seed) with { ReadRecords = 8 }, commitsLag: true);

    /// <summary>Lets, with every other seed, checkpoints come between any two records, and not only between two reads.</summary>
    private static JobOptions Cut(JobOptions options, int seed)
        => seed % 2 == 0 ? options : options with { LongestTurn = TimeSpan.FromTicks(-1) };

    private IReadOnlyList<string> Undisturbed(IReadOnlyList<int>? records) => Run(new SimulatedSchedule(0, [], 1) { Records = records });

    private static SimulatedSchedule Draw(int seed)
    {
        var random = new Random(seed);
        var lives = Enumerable.Range(0, random.Next(1, MaxLives + 1)).Select(_ => new SimulatedLife(
            random.Next(1, MaxWorkers + 1), random.Next(1, MaxTurns), (SimulatedEnd)random.Next(3)));
        return new SimulatedSchedule(seed, [.. lives], random.Next(1, MaxWorkers + 1));
    }

    private string? Difference(SimulatedSchedule schedule, IReadOnlyList<string> expected)
    {
        try
        {
            var found = Run(schedule);
            if (found.SequenceEqual(expected)) return null;
            var at = found.Zip(expected).TakeWhile(static pair => pair.First == pair.Second).Count();
            return $"{found.Count} results instead of {expected.Count}; result {at} is {found.ElementAtOrDefault(at) ?? "missing"}, "
                + $"not {expected.ElementAtOrDefault(at) ?? "missing"}";
        }
        catch (DataflowException error)
        {
            return error.Message.TrimEnd('.');
        }
    }

    private SimulatedSchedule Shrink(SimulatedSchedule schedule, IReadOnlyList<string> expected)
    {
        while (schedule.Smaller().FirstOrDefault(smaller => Difference(smaller, expected) is not null) is { } found) schedule = found;
        return schedule;
    }

    /// <summary>Removes records of the input, first halves of it, then ever smaller parts.</summary>
    private SimulatedSchedule ShrinkInput(SimulatedSchedule schedule)
    {
        var (kept, inputs) = (Enumerable.Range(0, _input.Value.Count).ToArray(), 0);
        for (var part = (kept.Length + 1) / 2; part > 0 && inputs < MaxInputs; part = part == 1 ? 0 : (part + 1) / 2)
        {
            for (var from = 0; from < kept.Length && inputs < MaxInputs; inputs++)
            {
                var smaller = schedule with { Records = [.. kept.Take(from), .. kept.Skip(from + part)] };
                if (Difference(smaller, Undisturbed(smaller.Records)) is null) from += part;
                else (kept, schedule) = ([.. smaller.Records!], smaller);
            }
        }

        return schedule;
    }

    private SimulationException Fail(SimulatedSchedule schedule, IReadOnlyList<string> expected)
        => new($"Seed {schedule.Seed}: other results than undisturbed: {Difference(schedule, expected)}. The smallest schedule that "
            + $"does so: {schedule}. Run it again with Simulation.Run(schedule).", schedule);
}
