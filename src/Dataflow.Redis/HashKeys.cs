using System.Buffers;
using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>The hash of a key, and the shard whose owner writes it.</summary>
internal readonly record struct HashKey(RedisKey Name, Shard Shard);

/// <summary>Names hashes by keys.</summary>
internal sealed class HashKeys<TKey>(string name)
    where TKey : notnull
{
    private readonly string _prefix = $"{name}:";

    public HashKey Of(TKey key)
    {
        var bytes = new ArrayBufferWriter<byte>();
        KeyText.Write(_prefix, key, bytes);
        return new(bytes.WrittenSpan.ToArray(), KeyCodec<TKey>.Default.ShardOf(key));
    }
}
