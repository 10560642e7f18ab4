using System.Buffers;
using System.Buffers.Binary;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>The key of one of several values that state holds for a key, each under a second key: an entry of a map.</summary>
/// <remarks>Declare it as <c>declare.State&lt;KeyPair&lt;TKey, TPart>, TValue>()</c>. The second key does not affect which worker holds the
/// value.</remarks>
/// <param name="Key">The key of the stream.</param>
/// <param name="Part">The second key, of a type that can be a key too.</param>
public readonly record struct KeyPair<TKey, TPart>(TKey Key, TPart Part) : IKeyOfParts
    where TKey : notnull
    where TPart : notnull
{
    Type IKeyOfParts.Owner => typeof(TKey);

    object IKeyOfParts.MakeCodec() => new KeyPairCodec<TKey, TPart>();
}

/// <summary>Writes the length of the key in four bytes, the key, and the second key; hashes both so that they belong to the key's
/// shard.</summary>
internal sealed class KeyPairCodec<TKey, TPart> : KeyCodec<KeyPair<TKey, TPart>>
    where TKey : notnull
    where TPart : notnull
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_key;

    private readonly KeyCodec<TKey> _keys = KeyCodec<TKey>.Default;
    private readonly KeyCodec<TPart> _parts = KeyCodec<TPart>.Default;

    public KeyPairCodec()
        : base(null!)
    {
    }

    public override uint Hash(KeyPair<TKey, TPart> pair)
    {
        var key = _keys.Hash(pair.Key);
        return InShardOf(key, Mix(((ulong)key << 32) ^ _parts.Hash(pair.Part)));
    }

    public override void Write(KeyPair<TKey, TPart> pair, IBufferWriter<byte> bytes)
    {
        var key = t_key ??= new();
        key.ResetWrittenCount();
        _keys.Write(pair.Key, key);
        BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(sizeof(int)), key.WrittenCount);
        bytes.Advance(sizeof(int));
        bytes.Write(key.WrittenSpan);
        _parts.Write(pair.Part, bytes);
    }

    public override KeyPair<TKey, TPart> Read(ReadOnlyMemory<byte> bytes)
    {
        var end = sizeof(int) + BinaryPrimitives.ReadInt32BigEndian(bytes.Span);
        return new(_keys.Read(bytes[sizeof(int)..end]), _parts.Read(bytes[end..]));
    }
}
