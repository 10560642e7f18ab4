namespace Dataflow;

/// <summary>What a job does that starts again and finds a file to be another than the one that it had read in part.</summary>
/// <remarks>Rows that were added behind the end make no other file: they are read on, as long as the job has not finished.</remarks>
public enum ReplacedFile
{
    /// <summary>It fails, and says so.</summary>
    Refuse,

    /// <summary>It reads the file from its start. What the rows of the former have left in state and results stays.</summary>
    ReadAnew,
}
