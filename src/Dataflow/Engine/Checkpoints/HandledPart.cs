namespace Dataflow.Checkpoints;

/// <summary>The part of a read that was handled when a checkpoint interrupted it. A restart reads it once more and skips it.</summary>
/// <param name="Records">How many records.</param>
/// <param name="UpTo">The offset of the last of them, where offsets grow; null where they do not. It says also what is handled if records
/// are removed from the split in between.</param>
/// <param name="Rejects">How many that could not be decoded: they are dead letters.</param>
/// <param name="RejectsUpTo">The position of the last of these.</param>
internal sealed record HandledPart(int Records, long? UpTo, int Rejects, long RejectsUpTo)
{
    /// <summary>Whether a record is one of them.</summary>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="before">How many of them were read before it.</param>
    public bool Covers(RecordOrigin origin, int before) => UpTo is { } upTo ? origin.Offset <= upTo : before < Records;

    /// <summary>The rest of the part behind some records; null: nothing.</summary>
    /// <param name="records">How many.</param>
    /// <param name="isEnd">Whether the next record is not one of them.</param>
    public HandledPart? Behind(int records, bool isEnd)
    {
        var left = isEnd ? 0 : UpTo is null ? Records - records : Records;
        return left + Rejects > 0 ? this with { Records = left } : null;
    }
}
