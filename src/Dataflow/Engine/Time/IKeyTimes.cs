namespace Dataflow.Time;

/// <summary>The event time of a step's keys, which the engine restores and saves with the step.</summary>
internal interface IKeyTimes
{
    /// <summary>Restores it, before the step is opened.</summary>
    void Open(OperatorContext step);

    void Save(StepCheckpoint checkpoint);
}
