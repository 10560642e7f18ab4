namespace Dataflow.Processing;

/// <summary>A change that the user's code makes to its timers.</summary>
internal enum TimerChange
{
    Set,
    Delete,
    SetProcessing,
    DeleteProcessing,
}
