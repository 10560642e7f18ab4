namespace Dataflow.Extensibility;

/// <summary>A split of a running job.</summary>
/// <param name="Id">Its number in the job, for <see cref="RecordOrigin"/>.</param>
/// <param name="Index">Its index in the result of <see cref="Source{T}.Describe"/>.</param>
/// <param name="Name">Its name.</param>
/// <param name="End">The position at which it ends, as found when the job first started; null: not known, or no end.</param>
public sealed record SourceSplit(int Id, int Index, string Name, long? End)
{
    /// <summary>The mark that its last reader gave as <see cref="SourceReader{T}.Mark"/> at the position; empty at first.</summary>
    public ReadOnlyMemory<byte> Mark { get; init; }

    /// <summary>The number of splits in that result.</summary>
    public int Count { get; init; }

    /// <summary>Whether the source had other splits in the checkpoint that the job starts from, but not this one: it was added, and nobody
    /// has read its start.</summary>
    public bool IsAdded { get; init; }
}
