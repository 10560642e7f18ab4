using System.Buffers;
using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>Names hashes by keys.</summary>
internal sealed class HashKeys<TKey>(string name)
    where TKey : notnull
{
    private readonly string _prefix = $"{name}:";

    public RedisKey Of(TKey key)
    {
        var bytes = new ArrayBufferWriter<byte>();
        KeyText.Write(_prefix, key, bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
