namespace Dataflow;

/// <summary>A side output of a step, for records of another type: alerts beside results, for example.</summary>
/// <remarks>Outputs are matched by object, not by name: create one, give it to the step's code, which emits to it, and to
/// <c>SideOutput</c>, which returns its stream.</remarks>
/// <param name="name">The name, shown in the plan and in metrics.</param>
public sealed class Output<T>(string name)
{
    /// <summary>The name, shown in the plan and in metrics.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));
}
