namespace Dataflow.Planning;

/// <summary>A state of a step, or the meaning of all its state, as a restart compares it.</summary>
/// <param name="Step">The step's name.</param>
/// <param name="Name">The state's name within the step; empty: the meaning of the step's state.</param>
/// <param name="Type">The types of key and value with the serdes that were given for them, or the meaning.</param>
internal sealed record DeclaredState(string Step, string Name, string Type)
{
    /// <summary>The state without its step.</summary>
    public string Text => Name.Length == 0 ? Type : $"{Name}: {Type}";

    public override string ToString() => $"{Step}: {Text}";
}
