namespace Dataflow.Testing.Disks;

/// <summary>The two extremes of the effect of a power loss on unsynced changes.</summary>
public enum Unsynced
{
    /// <summary>All unsynced changes are lost.</summary>
    Lost,

    /// <summary>All unsynced changes had reached the disk.</summary>
    Kept,
}
