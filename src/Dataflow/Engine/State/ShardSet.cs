using System.Collections;
using System.Numerics;

namespace Dataflow.State;

/// <summary>Some of the shards.</summary>
/// <param name="Bits">A bit for each shard.</param>
internal readonly record struct ShardSet(ulong Bits) : IEnumerable<int>
{
    public static ShardSet None => default;

    public static ShardSet All => new(ulong.MaxValue);

    public int Count => BitOperations.PopCount(Bits);

    public bool IsEmpty => Bits == 0;

    /// <summary>The lowest shard; the set is not empty.</summary>
    public int First => BitOperations.TrailingZeroCount(Bits);

    public static ShardSet operator &(ShardSet one, ShardSet other) => new(one.Bits & other.Bits);

    public static ShardSet operator |(ShardSet one, ShardSet other) => new(one.Bits | other.Bits);

    public static ShardSet Of(int shard) => new(1UL << shard);

    public static ShardSet Of(IEnumerable<int> shards) => new(shards.Aggregate(0UL, static (bits, shard) => bits | (1UL << shard)));

    public bool Contains(int shard) => (Bits & (1UL << shard)) != 0;

    /// <summary>These shards without others.</summary>
    public ShardSet Except(ShardSet others) => new(Bits & ~others.Bits);

    /// <summary>The number of the set's shards below one.</summary>
    public int CountBelow(int shard) => BitOperations.PopCount(Bits & ((1UL << shard) - 1));

    public IEnumerator<int> GetEnumerator()
    {
        for (var bits = Bits; bits != 0; bits &= bits - 1) yield return BitOperations.TrailingZeroCount(bits);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"{Count} shards";
}
