namespace Dataflow.Time;

/// <summary>Timers of a step, opened and closed with it.</summary>
internal interface ITimers
{
    /// <summary>The number of set timers that wait for event time.</summary>
    int CountByEventTime { get; }

    /// <summary>Loads the restored timers, before the step is opened.</summary>
    void Open(OperatorContext step);

    void Close();
}
