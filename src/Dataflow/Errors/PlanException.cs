namespace Dataflow;

/// <summary>Thrown, before anything runs, when the pipeline cannot run as it is written.</summary>
public sealed class PlanException : DataflowException
{
    private PlanException(string message, IReadOnlyList<string> faults, Exception? inner = null)
        : base(message, inner) => Faults = faults;

    /// <summary>All faults that were found, each with its remedy.</summary>
    public IReadOnlyList<string> Faults { get; }

    internal static PlanException For(string pipeline, IReadOnlyList<string> faults)
        => new(faults.Count == 1
            ? $"Pipeline '{pipeline}': {faults[0]}"
            : $"Pipeline '{pipeline}' has {faults.Count} faults:" + string.Concat(faults.Select(f => $"\n- {f}")), faults);

    internal static PlanException StateDiffers(string pipeline, long epoch, IReadOnlyList<string> differences)
        => new($"Pipeline '{pipeline}': its steps with state are not those of checkpoint {epoch}, which it would carry on from:"
            + string.Concat(differences.Select(difference => $"\n- {difference}"))
            + "\nUndo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).",
            differences);

    internal static PlanException StateDeclaredTwice(string step, string state)
    {
        var fault = $"step '{step}' declares two states called '{state}'. Give each a name of its own.";
        return new(fault, [fault]);
    }

    internal static PlanException NoSerde(IReadOnlyList<string> faults) => new(string.Join('\n', faults), faults);

    internal static PlanException NoKey(string fault) => new(fault, [fault]);
}
