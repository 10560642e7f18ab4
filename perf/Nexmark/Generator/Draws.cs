namespace Dataflow.Perf.Nexmark;

/// <summary>A stream of random numbers: SplitMix64.</summary>
internal struct Draws
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong _state;

    private Draws(ulong state) => _state = state;

    /// <summary>What all streams of one seed begin with.</summary>
    public static ulong Family(long seed) => Mix((ulong)seed + Gamma);

    /// <summary>The stream of a number within a family.</summary>
    public static Draws Start(ulong family, long number) => new(Mix(family + ((ulong)number * Gamma)));

    /// <summary>A number from 0 to less than <paramref name="limit"/>.</summary>
    public long Below(long limit) => (long)Math.BigMul(Next(), (ulong)limit, out _);

    public ulong Next()
    {
        _state += Gamma;
        return Mix(_state);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
