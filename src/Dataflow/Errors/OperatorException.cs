namespace Dataflow;

/// <summary>Code that belongs to a step failed: the user's function, a source's decoder, a sink.</summary>
/// <remarks>The job stops at its last checkpoint; started again, it reads the same record again. A pipeline may say that such
/// records become dead letters instead: <see cref="ErrorPolicy"/>.</remarks>
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

    /// <summary>Whether an error does not say by itself which step, source or sink it comes from.</summary>
    internal static bool IsBare(Exception error)
        => error is not DataflowException or SerdeException || error.GetType() == typeof(DataflowException);

    /// <summary>A step's code failed on a record.</summary>
    internal static OperatorException Failed(string step, string split, long position, Exception inner)
        => Failed($"Operator '{step}'", step, split, position, inner);

    /// <summary>A step's code failed on a result that no single record stands behind.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="part">Such as <c>window from … to …</c>.</param>
    /// <param name="inner">Why.</param>
    internal static OperatorException FailedOn(string step, string part, Exception inner)
        => Failed($"Operator '{step}'", step, "", -1, inner, part);

    /// <summary>One of several steps failed without saying its name.</summary>
    internal static OperatorException FailedIn(string stage, IEnumerable<string> steps, string split, long position, Exception inner)
    {
        var names = string.Join(", ", steps.Select(static step => $"'{step}'"));
        return Failed($"One of the operators {names} of {stage}", stage, split, position, inner);
    }

    /// <summary>A source failed apart from a record that it could not decode, at a position of a split where there is one.</summary>
    internal static OperatorException FailedToRead(string source, string split, long position, Exception inner)
        => Failed($"Source '{source}'", source, split, position, inner, correct: "source or what it reads");

    /// <summary>A sink failed without a record at hand.</summary>
    /// <param name="sink">Its name.</param>
    /// <param name="call">What it was asked, such as <c>commit a checkpoint</c>.</param>
    /// <param name="inner">Why.</param>
    internal static OperatorException FailedTo(string sink, string call, Exception inner)
        => Failed($"Sink '{sink}', asked to {call},", sink, "", -1, inner, correct: "sink or what it writes to");

    private static OperatorException Failed(
        string what, string step, string split, long position, Exception inner, string? part = null, string correct = "operator or the input")
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

    /// <summary>A source could not make a value of the bytes at a position: for readers to throw.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="split">The split's name.</param>
    /// <param name="position">The position in the split: an offset, a line, a row.</param>
    /// <param name="type">What the record was to become.</param>
    /// <param name="inner">Why it did not.</param>
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

    /// <summary>A record of a topic has no value.</summary>
    internal static OperatorException HasNoValue(string source, string split, long position)
        => new($"Source '{source}' has a record without a value at {split}@{position}, which says that its key was deleted; a stream has no form for that. "
            + $"Read the topic as a table (pipeline.Table), where the record deletes the row, or leave such records out with {nameof(ErrorPolicy)}.DeadLetter().", null)
        {
            Step = source,
            Split = split,
            Position = position,
        };

    /// <summary>State of a step cannot be written to a checkpoint.</summary>
    internal static OperatorException CouldNotKeep(string step, string state, Exception inner)
        => new($"Operator '{step}' could not write its state '{state}' to a checkpoint: {Sentence(inner)} The job stopped at the checkpoint before. Correct what the operator "
            + "keeps, or its serde, or keep less in one entry (lists and maps of a Process step write each element by itself); then start the job again.", inner)
        {
            Step = step,
        };

    /// <summary>More records failed since the last checkpoint than may become dead letters.</summary>
    internal static OperatorException TooManyDeadLetters(DeadLetter last, long max)
        => new($"Operator '{last.Step}' failed{(last.Source.Length == 0 ? "" : $" on {last.Source}@{last.Position}")}: "
            + $"{Sentence(last.Reason)} These are more than {max} dead letters since the last checkpoint, the most that the pipeline "
            + "allows; none of them was written. Correct the operator or the input, or allow more, then start the job again.", null)
        {
            Step = last.Step,
            Split = last.Source,
            Position = last.Position,
        };

    private static string Sentence(Exception error) => Sentence(error.Message);

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";
}
