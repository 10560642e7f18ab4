namespace Dataflow;

/// <summary>Decides whether a record on which the user's code or a source's decoder fails stops the job or becomes a dead letter.</summary>
/// <remarks>Set for a pipeline: <c>new Pipeline("flights") { OnError = ErrorPolicy.DeadLetter() }</c>. A failure that is not about one
/// record always stops the job: a sink that cannot write, a damaged file, a transient error
/// (<see cref="DataflowException.IsTransient"/>).</remarks>
public sealed record ErrorPolicy
{
    private const long DefaultMax = 1000;

    private ErrorPolicy()
    {
    }

    /// <summary>The job stops at its last checkpoint with an <see cref="OperatorException"/>: the default.</summary>
    public static ErrorPolicy Stop { get; } = new();

    internal bool KeepsRejected { get; private init; }

    internal long Max { get; private init; } = long.MaxValue;

    /// <summary>The record is skipped and a <see cref="Dataflow.DeadLetter"/> is written to the topic <c>PIPELINE.dead-letters</c>, exactly
    /// once, in the checkpoint that covers the record. <c>Source.Replay</c> reads such records again.</summary>
    /// <remarks>A record is processed whole or not at all: changes of state, emitted records and timers of the user's code before it threw
    /// are undone. A result that no single record stands behind, such as a window's, is skipped on its own.</remarks>
    /// <param name="maxDeadLetters">The largest number of dead letters per checkpoint. A job that meets more since the last checkpoint
    /// stops and writes none of them: then the code or the whole input is at fault, not single records.</param>
    public static ErrorPolicy DeadLetter(long maxDeadLetters = DefaultMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxDeadLetters);
        return new() { KeepsRejected = true, Max = maxDeadLetters };
    }

    /// <inheritdoc/>
    public override string ToString()
        => !KeepsRejected ? "stop" : Max == long.MaxValue ? "dead letter" : $"dead letter, at most {Max} in a checkpoint";
}
