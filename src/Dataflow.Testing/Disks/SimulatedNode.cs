namespace Dataflow.Testing.Disks;

/// <summary>A file or a directory, without its name.</summary>
internal abstract class SimulatedNode
{
    /// <summary>Returns the node after a power loss, with nothing pending.</summary>
    public abstract SimulatedNode After(PowerLoss loss);

    /// <summary>Returns a copy with the same pending changes.</summary>
    public abstract SimulatedNode Copy();
}
