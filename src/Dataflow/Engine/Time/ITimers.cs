namespace Dataflow.Time;

/// <summary>Timers of a step, opened and closed with it.</summary>
internal interface ITimers
{
    /// <summary>Loads the restored timers, before the step is opened.</summary>
    void Open(OperatorContext step);

    void Close();
}
