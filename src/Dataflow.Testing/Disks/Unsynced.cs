namespace Dataflow.Testing.Disks;

/// <summary>The two extremes of what a power loss does to everything that was not synced.</summary>
public enum Unsynced
{
    /// <summary>Nothing of it had reached the disk.</summary>
    Lost,

    /// <summary>All of it had reached the disk.</summary>
    Kept,
}
