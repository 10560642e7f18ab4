namespace Dataflow.Planning;

/// <summary>A declared state of a step, as a restart compares it.</summary>
internal readonly record struct DeclaredState(string Name, string Type)
{
    public override string ToString() => $"{Name}: {Type}";
}
