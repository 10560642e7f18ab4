namespace Dataflow;

/// <summary>What becomes of a record on which the user's code, or the decoder of a source, fails.</summary>
/// <remarks>Set for a pipeline: <c>new Pipeline("flights") { OnError = ErrorPolicy.DeadLetter() }</c>. What fails without being
/// about one record stops the job in any case: a sink that cannot write, a file that is damaged, an error that may pass (<see cref="DataflowException.IsTransient"/>).</remarks>
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

    /// <summary>The record is left out and a <see cref="Dataflow.DeadLetter"/> goes to the topic <c>PIPELINE.dead-letters</c>,
    /// exactly once, in the checkpoint that covers the record. <c>Source.Replay</c> reads such records again.</summary>
    /// <remarks>A record is taken in whole or not at all: what the user's code had changed in state, emitted or set as timers
    /// before it threw is as if it had never been. A result that no single record stands behind, such as a window's, is left out
    /// by itself.</remarks>
    /// <param name="maxDeadLetters">How many letters a checkpoint may bring. A job that meets more of them since the last checkpoint
    /// stops, and writes none of them: then not the records are at fault, but the code or the whole input.</param>
    public static ErrorPolicy DeadLetter(long maxDeadLetters = DefaultMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxDeadLetters);
        return new() { KeepsRejected = true, Max = maxDeadLetters };
    }

    /// <inheritdoc/>
    public override string ToString()
        => !KeepsRejected ? "stop" : Max == long.MaxValue ? "dead letter" : $"dead letter, at most {Max} in a checkpoint";
}
