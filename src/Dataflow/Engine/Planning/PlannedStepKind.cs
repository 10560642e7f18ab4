namespace Dataflow.Operations;

/// <summary>The part of a step in a plan's graph.</summary>
public enum PlannedStepKind
{
    /// <summary>It reads records from outside.</summary>
    Source,

    /// <summary>It takes records and emits records.</summary>
    Step,

    /// <summary>It moves records between workers, and begins a stage. With one worker it does nothing, and has no status.</summary>
    Exchange,

    /// <summary>It takes in the second stream of the step behind it, and has no code of its own.</summary>
    SecondInput,

    /// <summary>It is the side output of the step before it, such as its late records.</summary>
    SideOutput,

    /// <summary>It writes records to the outside.</summary>
    Sink,
}
