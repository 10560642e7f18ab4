namespace Dataflow.Operations;

/// <summary>A dead letter in its topic.</summary>
/// <param name="Offset">Its offset in the topic.</param>
/// <param name="Letter">The letter.</param>
/// <param name="IsReplayed">Whether its record was written again.</param>
public sealed record KeptLetter(long Offset, DeadLetter Letter, bool IsReplayed)
{
    /// <summary>The record, such as <c>orders[3]@41</c>; null where it is not known.</summary>
    public string? Record => Letter.Source.Length == 0 || Letter.Position < 0 ? null : $"{Letter.Source}@{Letter.Position}";
}

/// <summary>The fate of the records of dead letters. Each record counts once, also where several steps failed on it.</summary>
/// <param name="Written">The number of records written again; of a dry run, those that would be.</param>
/// <param name="Before">Those that were replayed before.</param>
/// <param name="Gone">Those that the topic no longer holds.</param>
/// <param name="Elsewhere">Those that are not of a topic of the log: of files, of Kafka, or without a position.</param>
public readonly record struct ReplayedLetters(long Written, long Before, long Gone, long Elsewhere);
