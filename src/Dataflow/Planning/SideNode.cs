namespace Dataflow.Planning;

/// <summary>A second output of a step: its late records, say.</summary>
internal sealed record SideNode<T>(string Name, Node Owner) : Node<T>(Name)
{
    internal override Node? Uses => Owner;

    internal override string Detail => $"from {Owner.Name}";
}
