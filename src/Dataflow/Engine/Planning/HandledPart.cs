namespace Dataflow.Checkpoints;

/// <summary>The part of a read that was handled when a checkpoint interrupted it. A restart reads it once more and skips it.</summary>
/// <param name="Records">The number of records.</param>
/// <param name="UpTo">The offset of the last of them, where offsets grow; null where they do not. It identifies the part even if records
/// are removed from the split in between.</param>
/// <param name="Rejects">The number of records that could not be decoded and became dead letters.</param>
/// <param name="RejectsUpTo">The position of the last of these.</param>
internal sealed record HandledPart(int Records, long? UpTo, int Rejects, long RejectsUpTo)
{
    /// <summary>Whether a record belongs to the part.</summary>
    /// <param name="origin">The record's origin.</param>
    /// <param name="before">The number of the part's records that were read before it.</param>
    public bool Covers(RecordOrigin origin, int before) => UpTo is { } upTo ? origin.Offset <= upTo : before < Records;

    /// <summary>Returns the rest of the part behind some records; null: nothing.</summary>
    /// <param name="records">The number of records.</param>
    /// <param name="isEnd">Whether the next record does not belong to the part.</param>
    public HandledPart? Behind(int records, bool isEnd)
    {
        var left = isEnd ? 0 : UpTo is null ? Records - records : Records;
        return left + Rejects > 0 ? this with { Records = left } : null;
    }
}
