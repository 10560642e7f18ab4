namespace Dataflow;

/// <summary>The choice for a job that starts again and finds that a file which it had read in part was replaced.</summary>
/// <remarks>Rows that were added behind the end make no other file: they are read on, as long as the job has not finished.</remarks>
public enum ReplacedFile
{
    /// <summary>It fails, and says so.</summary>
    Refuse,

    /// <summary>It reads the file from its start. What the rows of the former have left in state and results stays.</summary>
    ReadAnew,
}
