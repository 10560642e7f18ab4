namespace Dataflow;

/// <summary>The origin of a record: a split of a source and the position in it. Packed into eight bytes.</summary>
public readonly record struct RecordOrigin
{
    private const int OffsetBits = 48;
    private const long OffsetMask = (1L << OffsetBits) - 1;

    private readonly ulong _packed;

    /// <summary>Makes the origin of a position in a split.</summary>
    /// <param name="split">The split's <see cref="SourceSplit.Id"/>.</param>
    /// <param name="offset">An offset in a topic, a line or row number in a file; less than 2^48.</param>
    public RecordOrigin(int split, long offset) => _packed = (ulong)(split + 1) << OffsetBits | (ulong)(offset & OffsetMask);

    private RecordOrigin(ulong packed) => _packed = packed;

    /// <summary>The origin as a number. It is of one run of the job: the numbers of splits differ between runs.</summary>
    public ulong Packed => _packed;

    /// <summary>False for results that no single record stands behind, such as those of windows.</summary>
    public bool IsKnown => _packed != 0;

    /// <summary>The split's <see cref="SourceSplit.Id"/>; -1 where the origin is not known.</summary>
    public int Split => (int)(_packed >> OffsetBits) - 1;

    /// <summary>The position in the split.</summary>
    public long Offset => (long)_packed & OffsetMask;

    /// <summary>Returns the origin of a number that <see cref="Packed"/> has given in the same run.</summary>
    public static RecordOrigin Unpack(ulong packed) => new(packed);
}
