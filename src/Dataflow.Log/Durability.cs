namespace Dataflow.Log;

/// <summary>What an acknowledged commit survives.</summary>
public enum Durability
{
    /// <summary>A power loss or a crash of the operating system: acknowledged once the journal is on disk. The default.</summary>
    PowerLoss,

    /// <summary>The death of the process, not a power loss: acknowledged once the operating system has the bytes.</summary>
    ProcessCrash,

    /// <summary>Nothing: the log lives in memory and ends with its <see cref="LogStore"/>. Made for tests.</summary>
    Memory,
}
