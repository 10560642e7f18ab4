using System.Buffers;
using System.Buffers.Binary;
using Dataflow.State;

namespace Dataflow.Processing;

/// <summary>The key of an entry in a key's map.</summary>
internal readonly record struct MapKey<TKey, TPart>(TKey Key, TPart Part);

/// <summary>Writes the length of the key in four bytes, the key, and the map key; hashes both so that they belong to the key's
/// shard.</summary>
internal sealed class MapKeyCodec<TKey, TPart>() : KeyCodec<MapKey<TKey, TPart>>(null!)
    where TKey : notnull
    where TPart : notnull
{
    private readonly ArrayBufferWriter<byte> _key = new(); // for one thread, like its state

    public override uint Hash(MapKey<TKey, TPart> entry)
    {
        var key = KeyCodec<TKey>.Default.Hash(entry.Key);
        return InShardOf(key, Mix(((ulong)key << 32) ^ KeyCodec<TPart>.Default.Hash(entry.Part)));
    }

    public override void Write(MapKey<TKey, TPart> entry, IBufferWriter<byte> bytes)
    {
        _key.ResetWrittenCount();
        KeyCodec<TKey>.Default.Write(entry.Key, _key);
        BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(sizeof(int)), _key.WrittenCount);
        bytes.Advance(sizeof(int));
        bytes.Write(_key.WrittenSpan);
        KeyCodec<TPart>.Default.Write(entry.Part, bytes);
    }

    public override MapKey<TKey, TPart> Read(ReadOnlyMemory<byte> bytes)
    {
        var end = sizeof(int) + BinaryPrimitives.ReadInt32BigEndian(bytes.Span);
        return new(KeyCodec<TKey>.Default.Read(bytes[sizeof(int)..end]), KeyCodec<TPart>.Default.Read(bytes[end..]));
    }
}
