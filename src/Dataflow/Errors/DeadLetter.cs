namespace Dataflow;

/// <summary>A record that a step could not use: where it stands and why, without its content.</summary>
/// <param name="Step">The step's name.</param>
/// <param name="Source">The split that the record was read from, such as <c>flights[3]</c>; empty where it is not known.</param>
/// <param name="Position">The record's position in the split; -1 where it is not known.</param>
/// <param name="Reason">What failed; where the user's code threw, its message.</param>
/// <param name="Time">When it failed.</param>
public sealed record DeadLetter(string Step, string Source, long Position, string Reason, DateTimeOffset Time);
