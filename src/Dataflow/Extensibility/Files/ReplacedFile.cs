namespace Dataflow;

/// <summary>The reaction of a restarted job to a file that was replaced after it was read in part.</summary>
/// <remarks>Rows appended to the end do not count as a replacement: they are read, as long as the job has not finished.</remarks>
public enum ReplacedFile
{
    /// <summary>Fails with an error that says so.</summary>
    Refuse,

    /// <summary>Reads the file from its start. State and results from the former rows stay.</summary>
    ReadAnew,
}
