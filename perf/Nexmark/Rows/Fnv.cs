using System.Runtime.CompilerServices;

namespace Dataflow.Perf.Nexmark;

/// <summary>The hash FNV-1a with 64 bits.</summary>
internal static class Fnv
{
    public const ulong Basis = 0xCBF29CE484222325;
    private const ulong Prime = 0x100000001B3;
    private const int Lanes = 4;

    public static ulong Hash(ReadOnlySpan<byte> bytes, ulong hash = Basis)
    {
        foreach (var b in bytes) hash = (hash ^ b) * Prime;
        return hash;
    }

    /// <summary>The sum of the hashes of texts that lie one behind the other.</summary>
    /// <remarks>Each byte waits for the multiplication of the one before, so four texts go side by side: 2.5 times as fast.</remarks>
    /// <param name="bytes">All texts.</param>
    /// <param name="ends">Where each ends, counted from the start of the first.</param>
    /// <param name="weights">How often each counts; negative: it is taken back.</param>
    public static ulong Sum(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> ends, ReadOnlySpan<int> weights)
    {
        Span<ulong> hashes = [Basis, Basis, Basis, Basis];
        Span<int> rows = [-1, -1, -1, -1];
        Span<int> starts = [0, 0, 0, 0];
        var sum = 0UL;
        var next = 0;
        while (true)
        {
            var steps = int.MaxValue;
            for (var lane = 0; lane < Lanes; lane++)
            {
                if (rows[lane] >= 0 && starts[lane] == ends[rows[lane]])
                {
                    sum += hashes[lane] * (ulong)weights[rows[lane]];
                    rows[lane] = -1;
                }

                if (rows[lane] < 0 && next < ends.Length)
                {
                    rows[lane] = next;
                    starts[lane] = next == 0 ? 0 : ends[next - 1];
                    hashes[lane] = Basis;
                    next++;
                }

                steps = Math.Min(steps, rows[lane] < 0 ? 0 : ends[rows[lane]] - starts[lane]);
            }

            if (steps == 0 && next == ends.Length) break;
            SideBySide(bytes, starts, hashes, steps);
        }

        for (var lane = 0; lane < Lanes; lane++)
        {
            if (rows[lane] < 0) continue;
            sum += Hash(bytes[starts[lane]..ends[rows[lane]]], hashes[lane]) * (ulong)weights[rows[lane]];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SideBySide(ReadOnlySpan<byte> bytes, Span<int> starts, Span<ulong> hashes, int steps)
    {
        var (h0, h1, h2, h3) = (hashes[0], hashes[1], hashes[2], hashes[3]);
        var b0 = bytes.Slice(starts[0], steps);
        var b1 = bytes.Slice(starts[1], steps);
        var b2 = bytes.Slice(starts[2], steps);
        var b3 = bytes.Slice(starts[3], steps);
        for (var i = 0; i < b0.Length; i++)
        {
            h0 = (h0 ^ b0[i]) * Prime;
            h1 = (h1 ^ b1[i]) * Prime;
            h2 = (h2 ^ b2[i]) * Prime;
            h3 = (h3 ^ b3[i]) * Prime;
        }

        (hashes[0], hashes[1], hashes[2], hashes[3]) = (h0, h1, h2, h3);
        for (var lane = 0; lane < Lanes; lane++) starts[lane] += steps;
    }
}
