namespace Dataflow;

/// <summary>A second output of a step, for values of another type: alerts beside results, say.</summary>
/// <remarks>Made once, given to the step's code, which emits to it, and to <c>SideOutput</c>, which gives its stream.</remarks>
/// <param name="name">Shown in the plan and in metrics.</param>
public sealed class Output<T>(string name)
{
    /// <summary>Shown in the plan and in metrics.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));
}
