namespace Dataflow.Time;

/// <summary>The event time of a step's keys, which the engine restores and saves with the step.</summary>
internal interface IKeyTimes
{
    /// <summary>The part under which the times of shards are saved that are further than their worker.</summary>
    public const string AheadPart = "closed";

    /// <summary>Restores it, before the step is opened.</summary>
    void Open(OperatorContext step);

    void Save(StepCheckpoint checkpoint);
}
