using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>A record of <see cref="KeptRecords{TKey, T}"/>. Valid until the records change.</summary>
/// <remarks>It lies in the pages of its slice as a checkpoint writes it. Key and value are deserialized each time that they are asked
/// for.<code>
/// bytes  field
///    24  links
///     8  number of the record, big-endian   ┐ the key of the change
///        key, as its serde writes it        ┘
///    25  limits                             ┐ the value of the change
///        value, as state is written         ┘
/// </code></remarks>
public readonly struct KeptRecord<TKey, T>
    where TKey : notnull
{
    private static readonly KeyPartCodec<TKey> Keys = new();
    private static readonly int LinksBytes = Unsafe.SizeOf<KeptLinks>();

    private readonly ArraySegment<byte> _bytes;
    private readonly int _limitsAt;

    /// <param name="pages">Bytes that begin with the record.</param>
    internal KeptRecord(ArraySegment<byte> pages)
    {
        ref var links = ref MemoryMarshal.AsRef<KeptLinks>(pages.AsSpan());
        _limitsAt = LinksBytes + links.KeyBytes;
        _bytes = pages[..links.Bytes];
    }

    /// <summary>The record's key.</summary>
    public TKey Key => Keys.Read(_bytes[LinksBytes.._limitsAt]).Key;

    /// <summary>The record's value.</summary>
    public T Value => StateCodec<T>.Read(_bytes[(_limitsAt + Unsafe.SizeOf<KeptLimits>())..]);

    /// <summary>The record's origin.</summary>
    public RecordOrigin Origin => RecordOrigin.Unpack(Limits.Origin);

    /// <summary>Whether the record has had a partner.</summary>
    public bool IsMatched => Links.IsMatched;

    internal ref KeptLinks Links => ref MemoryMarshal.AsRef<KeptLinks>(_bytes.AsSpan());

    /// <summary>The limits as checkpoints write them; <see cref="KeptLinks.IsMatched"/> may be newer.</summary>
    internal ref KeptLimits Limits => ref MemoryMarshal.AsRef<KeptLimits>(_bytes.AsSpan(_limitsAt));

    internal ReadOnlyMemory<byte> ChangeKey => _bytes[LinksBytes.._limitsAt];

    internal ReadOnlyMemory<byte> ChangeValue => _bytes[_limitsAt..];
}

/// <summary>The part of a kept record that is in memory only.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KeptLinks
{
    /// <summary>The place of the next record of the key; negative: there is none.</summary>
    public long Next;

    /// <summary>The key's hash, which names the shard.</summary>
    public uint Hash;

    public int KeyBytes;
    public int ValueBytes;

    /// <summary>Whether the record has had a partner.</summary>
    public bool IsMatched;

    public readonly int Bytes => Unsafe.SizeOf<KeptLinks>() + KeyBytes + ValueBytes;
}

/// <summary>The part of a kept record that a checkpoint writes beside its key and value.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)] // nothing between, that would be written as it happens to be
internal struct KeptLimits
{
    public long Time;

    /// <summary>The time of the last possible partner; <see cref="long.MaxValue"/>: unlimited.</summary>
    public long End;

    /// <summary>The record's origin, packed.</summary>
    public ulong Origin;

    public bool IsMatched;
}
