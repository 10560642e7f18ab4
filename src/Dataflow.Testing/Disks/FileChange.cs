namespace Dataflow.Testing.Disks;

/// <summary>A change of a file that may not be on disk yet.</summary>
internal abstract record FileChange
{
    /// <summary>Whether a sync that should have put it on disk failed.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Applies the whole change.</summary>
    public abstract void ApplyTo(PagedBytes content);

    /// <summary>Applies the part of the change that a power loss in the middle of it leaves.</summary>
    public abstract void ApplyPartlyTo(PagedBytes content, Random random);
}

internal sealed record WriteChange(long Position, byte[] Bytes) : FileChange
{
    private const int SectorBytes = 512;

    public override void ApplyTo(PagedBytes content) => content.Write(Bytes, Position);

    /// <remarks>A run of sectors reaches the disk: the first ones, the last ones or some in the middle. The length of the file is written
    /// separately from its bytes, so it may be there without them; the gap reads as zeros.</remarks>
    public override void ApplyPartlyTo(PagedBytes content, Random random)
    {
        var end = Position + Bytes.Length;
        if (random.Next(2) == 0 && content.Length < end) content.SetLength(end);

        var firstSector = Position / SectorBytes;
        var sectors = (end + SectorBytes - 1) / SectorBytes - firstSector;
        var from = Math.Max(Position, (firstSector + random.NextInt64(sectors + 1)) * SectorBytes);
        var to = Math.Min(end, (firstSector + random.NextInt64(sectors + 1)) * SectorBytes);
        if (from < to) content.Write(Bytes.AsSpan((int)(from - Position), (int)(to - from)), from);
    }
}

internal sealed record LengthChange(long Length) : FileChange
{
    public override void ApplyTo(PagedBytes content) => content.SetLength(Length);

    /// <remarks>A change of length is applied or not.</remarks>
    public override void ApplyPartlyTo(PagedBytes content, Random random)
    {
        if (random.Next(2) == 0) ApplyTo(content);
    }
}
