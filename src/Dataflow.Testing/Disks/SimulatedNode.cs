namespace Dataflow.Testing.Disks;

/// <summary>A file or a directory, apart from its name.</summary>
internal abstract class SimulatedNode
{
    /// <summary>What is found after a power loss; nothing of it is pending.</summary>
    public abstract SimulatedNode After(PowerLoss loss);

    /// <summary>A copy in which what was pending still is.</summary>
    public abstract SimulatedNode Copy();
}
