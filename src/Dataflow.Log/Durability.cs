namespace Dataflow.Log;

/// <summary>The failures that an acknowledged commit survives.</summary>
public enum Durability
{
    /// <summary>A power loss or a crash of the operating system: acknowledged once the journal is on disk. The default.</summary>
    PowerLoss,

    /// <summary>The death of the process, not a power loss: acknowledged once the operating system has the bytes.</summary>
    ProcessCrash,

    /// <summary>No failure: the log is in memory and ends with its <see cref="LogStore"/>. For tests.</summary>
    Memory,
}
