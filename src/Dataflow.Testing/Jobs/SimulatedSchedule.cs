namespace Dataflow.Testing;

/// <summary>How a simulation goes.</summary>
/// <param name="Seed">Decides who takes turns, when commits land, and what a power loss leaves.</param>
/// <param name="Lives">The runs that end before all is done.</param>
/// <param name="LastWorkers">The workers of the run that comes to the end.</param>
public sealed record SimulatedSchedule(int Seed, IReadOnlyList<SimulatedLife> Lives, int LastWorkers)
{
    private const int MaxShown = 20;

    /// <summary>The numbers of the input's records that there are, counted by topic, partition and offset; null: all.</summary>
    public IReadOnlyList<int>? Records { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Concat(Lives.Select(life => $"{life}, then ")) + $"to the end with {LastWorkers} worker(s)" + Input;

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
            foreach (var life in Lives[i].Smaller()) yield return this with { Lives = [.. Lives.Select((other, at) => at == i ? life : other)] };
        }
    }
}

/// <summary>A run that ends before all is done.</summary>
/// <param name="Workers">How many workers take turns.</param>
/// <param name="Turns">After how many turns it ends.</param>
/// <param name="End">How it ends.</param>
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

/// <summary>How a simulated run ends before all is done.</summary>
public enum SimulatedEnd
{
    /// <summary>As by <see cref="Job.CancelAsync"/>: the log stays open, and the next run begins at once.</summary>
    Cancel,

    /// <summary>The process ends; what it had written is there.</summary>
    Crash,

    /// <summary>The power fails; what was not synced is there, or not, or in part.</summary>
    PowerLoss,
}

/// <summary>A schedule changed a pipeline's results.</summary>
public sealed class SimulationException : Exception
{
    internal SimulationException(string message, SimulatedSchedule schedule)
        : base(message) => Schedule = schedule;

    /// <summary>The smallest schedule found that does so.</summary>
    public SimulatedSchedule Schedule { get; }
}
