using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Dataflow.Log;
using Dataflow.Serialization;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>Hashes and writes keys. Safe for several threads.</summary>
/// <remarks>Keys that are equal in C# have the same hash, which is the same in every run: it decides a key's shard. It is computed from
/// their normal form, which topics hold too: there equal keys have equal bytes. State holds the first one of equal keys.</remarks>
public class KeyCodec<TKey>
{
    private const uint ShardBits = 0xFC000000;
    private const int MaxText = 256;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_scratch;
    private static KeyCodec<TKey>? s_default;

    private readonly Serde<TKey> _serde;
    private readonly KeyForm.Normalizer<TKey>? _normalizer;

    internal KeyCodec(Serde<TKey> serde, KeyForm.Normalizer<TKey>? normalizer = null) => (_serde, _normalizer) = (serde, normalizer);

    /// <summary>The codec of the pipeline that is being planned or run, with the serde that it was given for the type
    /// (<see cref="Pipeline.UseSerde"/>).</summary>
    /// <exception cref="PlanException">The type cannot be a key.</exception>
    public static KeyCodec<TKey> Default => Serdes.Current is { } given ? given.Keys<TKey>() : Usual;

    /// <summary>Whether the type can be a key: it is compared and written by all of its value.</summary>
    public static bool IsPossible => KeyForm.FaultOf(typeof(TKey)) is null;

    /// <summary>The codec of pipelines without serdes of their own.</summary>
    /// <exception cref="PlanException">The type cannot be a key.</exception>
    internal static KeyCodec<TKey> Usual
        => s_default ??= default(TKey) is IKeyOfParts parts ? (KeyCodec<TKey>)parts.MakeCodec() : Of(static () => Serde<TKey>.Default);

    /// <summary>The form of keys; null: it is that of a serde which was given.</summary>
    internal ValueSchema? Schema => (_serde as IHasSchema)?.Schema;

    /// <summary>Whether some values of the type are refused, which is only known when they are hashed.</summary>
    internal virtual bool MayRefuse { get; init; } = KeyForm.MayBeDerived(typeof(TKey));

    /// <summary>The shard of a key: who has it has the key.</summary>
    /// <exception cref="SerdeException">The key is of a type that is derived from the declared one.</exception>
    public Shard ShardOf(TKey key) => new(Shards.Of(Hash(key)));

    /// <summary>A stable 32-bit hash, never 0.</summary>
    /// <exception cref="SerdeException">The key is of a type that is derived from the declared one.</exception>
    public virtual uint Hash(TKey key)
    {
        if (typeof(TKey) == typeof(long)) return Mix((ulong)(long)(object)key!);
        if (typeof(TKey) == typeof(int)) return Mix((ulong)(int)(object)key!);
        if (typeof(TKey) == typeof(string)) return OfBytes(MemoryMarshal.AsBytes(((string)(object)key!).AsSpan()));
        if (typeof(TKey) == typeof(Utf8)) return OfText(((Utf8)(object)key!).Span);
        if (typeof(TKey).IsValueType && TryHashPair(key, out var hash)) return hash;
        var scratch = t_scratch ??= new ArrayBufferWriter<byte>();
        scratch.ResetWrittenCount();
        WriteNormal(key, scratch);
        return OfBytes(scratch.WrittenSpan);
    }

    /// <summary>Writes a key so that it is read back unchanged.</summary>
    public virtual void Write(TKey key, IBufferWriter<byte> bytes) => _serde.Write(key, bytes);

    /// <summary>Writes a key in its normal form: equal keys have the same bytes.</summary>
    public void WriteNormal(TKey key, IBufferWriter<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        _normalizer?.Invoke(ref key);
        _serde.Write(key, bytes);
    }

    /// <summary>Reads a key that <see cref="Write"/> has written.</summary>
    public virtual TKey Read(ReadOnlyMemory<byte> bytes) => _serde.Read(bytes);

    /// <summary>Makes the codec of keys that a serde writes.</summary>
    /// <exception cref="PlanException">The type cannot be a key.</exception>
    public static KeyCodec<TKey> Of(Serde<TKey> serde) => Of(() => serde);

    /// <exception cref="PlanException">The type cannot be a key.</exception>
    internal static KeyCodec<TKey> Of(Func<Serde<TKey>> serde)
        => KeyForm.FaultOf(typeof(TKey)) is { } fault ? throw PlanException.NoKey(fault) : new(serde(), KeyForm.NormalizerOf<TKey>());

    /// <summary>Hashes pairs of numbers without writing them, which would take ten times as long.</summary>
    private static bool TryHashPair(TKey key, out uint hash)
    {
        hash = key switch
        {
            ValueTuple<long, long> pair => MixPair(pair.Item1, pair.Item2),
            ValueTuple<long, int> pair => MixPair(pair.Item1, pair.Item2),
            ValueTuple<int, long> pair => MixPair(pair.Item1, pair.Item2),
            ValueTuple<int, int> pair => MixPair(pair.Item1, pair.Item2),
            _ => 0,
        };
        return hash != 0;
    }

    private static uint MixPair(long first, long second)
        => Mix((((ulong)Mix((ulong)first) << 32) | Mix(~(ulong)first)) ^ (ulong)second);

    /// <summary>Makes a hash in the shard of one hash, with the other bits of another.</summary>
    private protected static uint InShardOf(uint shard, uint rest) => (shard & ShardBits) | (rest & ~ShardBits) | 1;

    /// <summary>Hashes a text as the string that it is: state that was kept by one is found by the other.</summary>
    private static uint OfText(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxText) return OfBytes(MemoryMarshal.AsBytes(Encoding.UTF8.GetString(utf8).AsSpan()));
        Span<char> text = stackalloc char[MaxText];
        if (Ascii.ToUtf16(utf8, text, out var length) != OperationStatus.Done) length = Encoding.UTF8.GetChars(utf8, text);
        return OfBytes(MemoryMarshal.AsBytes(text[..length]));
    }

    private static uint OfBytes(ReadOnlySpan<byte> bytes) => Mix(KafkaPartitioner.Hash(bytes));

    // The finisher of MurmurHash3: every bit of the key reaches the upper bits, which select the shard.
    private protected static uint Mix(ulong bits)
    {
        bits ^= bits >> 33;
        bits *= 0xff51afd7ed558ccd;
        bits ^= bits >> 33;
        bits *= 0xc4ceb9fe1a85ec53;
        return (uint)(bits >> 32) | 1;
    }
}
