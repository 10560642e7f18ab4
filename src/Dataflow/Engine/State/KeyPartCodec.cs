using System.Buffers;
using System.Buffers.Binary;

namespace Dataflow.State;

/// <summary>Writes the part followed by the key; hashes both so that they belong to the key's shard.</summary>
internal sealed class KeyPartCodec<TKey> : KeyCodec<KeyPart<TKey>>
    where TKey : notnull
{
    private readonly KeyCodec<TKey> _keys = KeyCodec<TKey>.Default;

    public KeyPartCodec()
        : base(null!)
    {
    }

    // The key affects all bits: many keys have a part of the same number.
    public override uint Hash(KeyPart<TKey> part)
    {
        var key = _keys.Hash(part.Key);
        return InShardOf(key, Mix((ulong)part.Part ^ ((ulong)key << 32)));
    }

    public override void Write(KeyPart<TKey> part, IBufferWriter<byte> bytes)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(sizeof(long)), part.Part);
        bytes.Advance(sizeof(long));
        _keys.Write(part.Key, bytes);
    }

    public override KeyPart<TKey> Read(ReadOnlyMemory<byte> bytes)
        => new(_keys.Read(bytes[sizeof(long)..]), BinaryPrimitives.ReadInt64BigEndian(bytes.Span));
}
