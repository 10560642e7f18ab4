namespace Dataflow.Operations;

/// <summary>Kinds of findings.</summary>
public enum FindingKind
{
    /// <summary>The job has ended.</summary>
    Ended,

    /// <summary>The job starts again after a transient error.</summary>
    Restarts,

    /// <summary>Streams wait until a table is read.</summary>
    TableIsLoading,

    /// <summary>A source has returned no record.</summary>
    NoInput,

    /// <summary>No record of a source could be decoded.</summary>
    NothingDecodes,

    /// <summary>A condition lets no record pass.</summary>
    AllFiltered,

    /// <summary>All records come after their windows have closed.</summary>
    AllLate,

    /// <summary>A join finds a partner for no record.</summary>
    AllUnmatched,

    /// <summary>A step fails on every record.</summary>
    AllFailed,

    /// <summary>Windows are open and wait for event time to advance.</summary>
    WindowWaits,

    /// <summary>Timers of event time are set at a step whose stream has none.</summary>
    TimersWithoutEventTime,

    /// <summary>A split holds event time back.</summary>
    SplitHoldsTimeBack,

    /// <summary>A split is not read, because it is ahead of others.</summary>
    SplitIsAhead,

    /// <summary>A step has been busy with one record, timer or call for long.</summary>
    StepHangs,

    /// <summary>A stage takes longer than those before it.</summary>
    StageIsSlow,

    /// <summary>A step has reached its largest number of concurrent calls.</summary>
    WaitsForCalls,

    /// <summary>A checkpoint takes long.</summary>
    CheckpointIsSlow,

    /// <summary>Results are written and become visible with the next checkpoint.</summary>
    ResultsWaitForCheckpoint,

    /// <summary>Some records are late, unmatched or dead letters.</summary>
    SomeAreLeftOut,

    /// <summary>A split is idle and no longer counts for event time.</summary>
    SplitIsIdle,

    /// <summary>Times that seem to be seconds were taken for milliseconds.</summary>
    TimesAreSeconds,

    /// <summary>Other processes have all the work of the pipeline.</summary>
    WaitsForShards,

    /// <summary>No cause was found.</summary>
    NothingFound,
}
