namespace Dataflow.Processing;

/// <summary>The kinds of changes that the user's code makes to its timers.</summary>
internal enum TimerChange
{
    Set,
    Delete,
    SetProcessing,
    DeleteProcessing,
}
