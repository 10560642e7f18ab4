using Dataflow.Log;
using Dataflow.Testing.Disks;

namespace Dataflow.Testing;

/// <summary>Runs a pipeline under many schedules of crashes and restarts, and compares its results with an undisturbed run.</summary>
/// <remarks>Everything that runs is the engine's own code; a schedule decides how many workers take turns in which order, and
/// after how many turns the process crashes or the power fails. A schedule that changes the results is made smaller while it
/// still does. The same schedule gives the same run.</remarks>
/// <param name="fill">Writes the input to topics of the log.</param>
/// <param name="pipeline">Makes the pipeline, anew for each start; its input is bounded (<c>StopAtEnd</c>), its results go to topics.</param>
/// <param name="results">Reads the results, in an order that does not depend on how workers took turns.</param>
public sealed class Simulation(Action<LogStore> fill, Func<Pipeline> pipeline, Func<LogStore, IReadOnlyList<string>> results)
{
    private const int MostLives = 3;
    private const int MostWorkers = 3;
    private const int MostTurns = 120;

    /// <summary>Runs the schedules of the first seeds.</summary>
    /// <exception cref="SimulationException">One of them changed the results; the message shows the smallest that does.</exception>
    public void Run(int seeds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        var expected = Run(new SimulatedSchedule(0, [], 1));
        for (var seed = 0; seed < seeds; seed++)
        {
            var schedule = Draw(seed);
            if (Difference(schedule, expected) is not null) throw Fail(Shrink(schedule, expected), expected);
        }
    }

    /// <summary>Runs one schedule, as an error showed it, and returns its results.</summary>
    public IReadOnlyList<string> Run(SimulatedSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var disk = new SimulatedFileSystem();
        using (var log = SimulatedJob.OpenLog(disk)) fill(log);
        foreach (var life in schedule.Lives) disk = Live(disk, life, schedule.Seed);
        using var last = SimulatedJob.OpenLog(disk);
        Start(last, schedule.LastWorkers, schedule.Seed).Run();
        return [.. results(last)];
    }

    private SimulatedFileSystem Live(SimulatedFileSystem disk, SimulatedLife life, int seed)
    {
        using var log = SimulatedJob.OpenLog(disk);
        var job = Start(log, life.Workers, seed);
        for (var turn = 0; turn < life.Turns && !job.HasFinished; turn++) job.Step();
        var left = life.LosesPower ? disk.AfterPowerLoss(new Random(seed)) : disk.AfterProcessCrash();
        job.Close(); // on the disk that nobody looks at any more
        return left;
    }

    private SimulatedJob Start(LogStore log, int workers, int seed)
        => SimulatedJob.Start(pipeline(), log, workers, seed, checkpointInterval: TimeSpan.FromMilliseconds(4));

    private static SimulatedSchedule Draw(int seed)
    {
        var random = new Random(seed);
        var lives = Enumerable.Range(0, random.Next(1, MostLives + 1)).Select(_ => new SimulatedLife(
            random.Next(1, MostWorkers + 1), random.Next(1, MostTurns), random.Next(2) == 0));
        return new SimulatedSchedule(seed, [.. lives], random.Next(1, MostWorkers + 1));
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
            return error.Message;
        }
    }

    private SimulatedSchedule Shrink(SimulatedSchedule schedule, IReadOnlyList<string> expected)
    {
        while (schedule.Smaller().FirstOrDefault(smaller => Difference(smaller, expected) is not null) is { } found) schedule = found;
        return schedule;
    }

    private SimulationException Fail(SimulatedSchedule schedule, IReadOnlyList<string> expected)
        => new($"Seed {schedule.Seed}: other results than undisturbed: {Difference(schedule, expected)}. The smallest schedule that "
            + $"does so: {schedule}. Run it again with Simulation.Run(schedule).", schedule);
}

/// <summary>How a simulation goes.</summary>
/// <param name="Seed">Decides who takes turns, and what a power loss leaves.</param>
/// <param name="Lives">The runs that end with a crash.</param>
/// <param name="LastWorkers">The workers of the run that comes to the end.</param>
public sealed record SimulatedSchedule(int Seed, IReadOnlyList<SimulatedLife> Lives, int LastWorkers)
{
    /// <inheritdoc/>
    public override string ToString() => string.Concat(Lives.Select(life => $"{life}, then ")) + $"to the end with {LastWorkers} worker(s)";

    internal IEnumerable<SimulatedSchedule> Smaller()
    {
        for (var i = 0; i < Lives.Count; i++) yield return this with { Lives = [.. Lives.Where((_, at) => at != i)] };
        if (LastWorkers > 1) yield return this with { LastWorkers = LastWorkers - 1 };
        for (var i = 0; i < Lives.Count; i++)
        {
            foreach (var life in Lives[i].Smaller()) yield return this with { Lives = [.. Lives.Select((other, at) => at == i ? life : other)] };
        }
    }
}

/// <summary>A run that ends with a crash.</summary>
/// <param name="Workers">How many workers take turns.</param>
/// <param name="Turns">After how many turns it crashes.</param>
/// <param name="LosesPower">Whether the power fails, and not the process alone.</param>
public sealed record SimulatedLife(int Workers, int Turns, bool LosesPower)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Turns} turn(s) of {Workers} worker(s) up to a {(LosesPower ? "power loss" : "crash")}";

    internal IEnumerable<SimulatedLife> Smaller()
    {
        if (Workers > 1) yield return this with { Workers = Workers - 1 };
        if (LosesPower) yield return this with { LosesPower = false };
        if (Turns > 1) yield return this with { Turns = Turns / 2 };
        if (Turns > 1) yield return this with { Turns = Turns - 1 };
    }
}

/// <summary>A schedule changed a pipeline's results.</summary>
public sealed class SimulationException : Exception
{
    internal SimulationException(string message, SimulatedSchedule schedule)
        : base(message) => Schedule = schedule;

    /// <summary>The smallest schedule found that does so.</summary>
    public SimulatedSchedule Schedule { get; }
}
