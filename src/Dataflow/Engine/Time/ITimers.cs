namespace Dataflow.Time;

/// <summary>Timers of a step, which begin and end with it.</summary>
internal interface ITimers
{
    /// <summary>Begins with what was restored, before the step is opened.</summary>
    void Open(OperatorContext step);

    void Close();
}
