namespace Dataflow.Testing.Disks;

/// <summary>The two extremes of the effect of a power loss on unsynced changes.</summary>
public enum Unsynced
{
    /// <summary>All of them are lost.</summary>
    Lost,

    /// <summary>All of them had reached the disk.</summary>
    Kept,
}
