namespace Dataflow.Testing;

/// <summary>The schedule of a simulation.</summary>
/// <param name="Seed">The seed of the turns, of the moments of commits, and of the effects of a power loss.</param>
/// <param name="Lives">The runs that are ended early.</param>
/// <param name="LastWorkers">The number of workers of the run that finishes.</param>
public sealed record SimulatedSchedule(int Seed, IReadOnlyList<SimulatedLife> Lives, int LastWorkers)
{
    private const int MaxShown = 20;

    /// <summary>The numbers of the input's records to use, counted by topic, partition and offset; null: all.</summary>
    public IReadOnlyList<int>? Records { get; init; }

    /// <inheritdoc/>
    public override string ToString()
        => string.Concat(Lives.Select(life => $"{life}, then ")) + $"to the end with {LastWorkers} worker(s)" + Input;

    private string Input => Records switch
    {
        null => "",
        { Count: <= MaxShown } => $", with record(s) {string.Join(", ", Records)} of the input alone",
        _ => $", with {Records.Count} records of the input",
    };

    internal IEnumerable<SimulatedSchedule> Smaller()
    {
        for (var i = 0; i < Lives.Count; i++) yield return this with { Lives = [.. Lives.Where((_, at) => at != i)] };
        if (LastWorkers > 1) yield return this with { LastWorkers = LastWorkers - 1 };
        for (var i = 0; i < Lives.Count; i++)
        {
            foreach (var life in Lives[i].Smaller())
                yield return this with { Lives = [.. Lives.Select((other, at) => at == i ? life : other)] };
        }
    }
}

/// <summary>A run that is ended early.</summary>
/// <param name="Workers">The number of workers, which take turns.</param>
/// <param name="Turns">The number of turns after which it ends.</param>
/// <param name="End">The way in which it ends.</param>
public sealed record SimulatedLife(int Workers, int Turns, SimulatedEnd End)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Turns} turn(s) of {Workers} worker(s) up to a {End switch
    {
        SimulatedEnd.Cancel => "cancel",
        SimulatedEnd.Crash => "crash",
        _ => "power loss",
    }}";

    internal IEnumerable<SimulatedLife> Smaller()
    {
        if (Workers > 1) yield return this with { Workers = Workers - 1 };
        if (End > 0) yield return this with { End = End - 1 };
        if (Turns > 1) yield return this with { Turns = Turns / 2 };
        if (Turns > 1) yield return this with { Turns = Turns - 1 };
    }
}

/// <summary>The ways in which a simulated run is ended early.</summary>
public enum SimulatedEnd
{
    /// <summary>The job is cancelled, as by <see cref="Job.CancelAsync"/>: the log stays open, and the next run begins at once.</summary>
    Cancel,

    /// <summary>The process ends; everything that it wrote survives.</summary>
    Crash,

    /// <summary>The power fails; unsynced changes survive, or not, or in part.</summary>
    PowerLoss,
}

/// <summary>Thrown when a schedule changes a pipeline's results.</summary>
public sealed class SimulationException : Exception
{
    internal SimulationException(string message, SimulatedSchedule schedule)
        : base(message) => Schedule = schedule;

    /// <summary>The smallest schedule found that changes them.</summary>
    public SimulatedSchedule Schedule { get; }
}
