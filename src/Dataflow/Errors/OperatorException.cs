namespace Dataflow;

/// <summary>Thrown when a step's code fails: the user's function, a source's decoder, a sink.</summary>
/// <remarks>The job stops at its last checkpoint; started again, it reads the same record again. With
/// <see cref="ErrorPolicy.DeadLetter(long)"/> such records become dead letters instead.</remarks>
public sealed class OperatorException : DataflowException
{
    private OperatorException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    /// <summary>The step's or source's name.</summary>
    public required string Step { get; init; }

    /// <summary>The split that the record was read from, such as <c>flights[3]</c>; empty where it is not known.</summary>
    public string Split { get; init; } = "";

    /// <summary>The record's position in the split; -1 where it is not known.</summary>
    public long Position { get; init; } = -1;

    /// <summary>The part of the step that failed where no record is at fault, such as a window's result; null otherwise.</summary>
    internal string? Part { get; private init; }

    /// <summary>The message without the reason, if that is another's words; null otherwise.</summary>
    internal string? WithoutReason { get; private init; }

    /// <summary>Whether the error names a step whose code failed and nothing else: the record's place is to be added.</summary>
    internal bool IsOfStepAlone => InnerException is not null && Split.Length == 0 && Part is null;

    /// <summary>Whether an error does not name the step, source or sink that it comes from.</summary>
    internal static bool IsBare(Exception error)
        => error is not DataflowException or SerdeException || error.GetType() == typeof(DataflowException);

    /// <summary>Makes the error of a step that failed on a record.</summary>
    internal static OperatorException Failed(string step, string split, long position, Exception inner)
        => Failed($"Operator '{step}'", step, split, position, inner);

    /// <summary>Makes the error of a step that failed on a result that no single record stands behind.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="part">The result, such as <c>window from … to …</c>.</param>
    /// <param name="inner">The cause.</param>
    internal static OperatorException FailedOn(string step, string part, Exception inner)
        => Failed($"Operator '{step}'", step, "", -1, inner, part);

    /// <summary>Makes the error of a stage of which one step failed without naming itself.</summary>
    internal static OperatorException FailedIn(string stage, IEnumerable<string> steps, string split, long position, Exception inner)
    {
        var names = string.Join(", ", steps.Select(static step => $"'{step}'"));
        return Failed($"One of the operators {names} of {stage}", stage, split, position, inner);
    }

    /// <summary>Makes the error of a source that failed to read; it names the position where that is known.</summary>
    internal static OperatorException FailedToRead(string source, string split, long position, Exception inner)
        => Failed($"Source '{source}'", source, split, position, inner, correct: "source or what it reads");

    /// <summary>Makes the error of a sink that failed.</summary>
    /// <param name="sink">The sink's name.</param>
    /// <param name="call">The failed operation, such as <c>commit a checkpoint</c>.</param>
    /// <param name="inner">The cause.</param>
    /// <param name="split">The split of the record at hand; empty where there is none.</param>
    /// <param name="position">The record's position in it.</param>
    internal static OperatorException FailedTo(string sink, string call, Exception inner, string split = "", long position = -1)
        => Failed($"Sink '{sink}', asked to {call},", sink, split, position, inner, correct: "sink or what it writes to");

    private static OperatorException Failed(
        string what, string step, string split, long position, Exception inner, string? part = null,
        string correct = "operator or the input")
    {
        var on = part is not null ? $" on the {part}" : split.Length == 0 ? "" : $" on {split}@{position}";
        return new($"{what} failed{on}: {Sentence(inner)} The job stopped at its last checkpoint; correct the {correct}, then start the "
            + "job again.", inner)
        {
            IsTransient = inner is DataflowException { IsTransient: true },
            Step = step,
            Split = split,
            Position = position,
            Part = part,
        };
    }

    /// <summary>Makes the error of a source that could not decode the bytes at a position: for readers to throw.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="split">The split's name.</param>
    /// <param name="position">The position in the split: an offset, a line, a row.</param>
    /// <param name="type">The type that the record was to be decoded to.</param>
    /// <param name="inner">The cause.</param>
    public static OperatorException CouldNotRead(string source, string split, long position, Type type, Exception inner)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(inner);
        return new($"Source '{source}' could not read {split}@{position} as {type.Name}: {Sentence(inner)} Correct the "
            + "record or the type that it is read as, then start the job again.", inner)
        {
            Step = source,
            Split = split,
            Position = position,
        };
    }

    /// <summary>Makes the error of a topic's record that has no value.</summary>
    internal static OperatorException HasNoValue(string source, string split, long position)
        => new($"Source '{source}' has a record without a value at {split}@{position}, which says that its key was deleted; a stream has "
            + "no form for that. "
            + $"Read the topic as a table (pipeline.Table), where the record deletes the row, or leave such records out with "
            + $"{nameof(ErrorPolicy)}.DeadLetter().", null)
        {
            Step = source,
            Split = split,
            Position = position,
        };

    /// <summary>Makes the error of state that cannot be written to a checkpoint.</summary>
    internal static OperatorException CouldNotKeep(string step, string state, Exception inner)
        => new($"Operator '{step}' could not write its state '{state}' to a checkpoint: {Sentence(inner)} The job stopped at the "
            + "checkpoint before. Correct what the operator "
            + "keeps, or its serde, or keep less in one entry (lists and maps of a Process step write each element by itself); then start "
            + "the job again.", inner)
        {
            Step = step,
        };

    /// <summary>Makes the error of a job with more dead letters since the last checkpoint than the policy allows.</summary>
    internal static OperatorException TooManyDeadLetters(DeadLetter last, long max)
    {
        var where = $"Operator '{last.Step}' failed{(last.Source.Length == 0 ? "" : $" on {last.Source}@{last.Position}")}";
        var tooMany = $"These are more than {max} dead letters since the last checkpoint, the most that the pipeline allows; none of them "
            + "was written. Correct the operator or the input, or allow more, then start the job again.";
        return new($"{where}: {Sentence(last.Reason)} {tooMany}", null)
        {
            WithoutReason = $"{where}. {tooMany}",
            Step = last.Step,
            Split = last.Source,
            Position = last.Position,
        };
    }

    private static string Sentence(Exception error) => Sentence(error.Message);

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";
}
