namespace Dataflow.Arrow.Flight;

/// <summary>The order of a row in its window: rows are sorted by a pseudorandom number that is always the same.</summary>
internal static class Shuffle
{
    public static ulong Place(long seed, int epoch, int shard, long offset)
        => Mix(Mix(Mix(Mix((ulong)seed) + (ulong)epoch) + (ulong)shard) + (ulong)offset);

    // SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
