using System.Buffers.Binary;
using System.Numerics;

namespace Dataflow;

/// <summary>The registers of a HyperLogLog sketch in a byte array, and the estimate from them.</summary>
/// <remarks>
/// P. Flajolet and others, "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm", 2007; estimated as by
/// O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017 (section 2.4), which has no bias that would need a
/// table.
/// <code>
/// length     layout
/// 2^p        dense: a byte for each register
/// less       sparse: 4 bytes for each register that is set, little-endian, open addressing; 0: empty
///              bits 0–7 register's value, bits 8–31 its number
/// </code></remarks>
/// <param name="precision">The precision p: there are 2^p registers.</param>
internal sealed class HyperLogLog(int precision)
{
    private const int SlotBytes = 4;
    private const int MinBytes = 16;
    private const int MaxTries = 8; // then the table is doubled, so that no count of entries is needed

    private readonly int _registers = 1 << precision;
    private readonly int _maxZeros = 64 - precision;

    public byte[] Create() => new byte[Math.Min(MinBytes, _registers)];

    public void Add(ref byte[] sketch, ulong hash)
    {
        var zeros = Math.Min(BitOperations.LeadingZeroCount(hash << precision), _maxZeros);
        Raise(ref sketch, (int)(hash >> _maxZeros), (byte)(zeros + 1));
    }

    public void Merge(ref byte[] sketch, byte[] other)
    {
        if (other.Length == _registers)
        {
            for (var register = 0; register < _registers; register++)
            {
                if (other[register] > 0) Raise(ref sketch, register, other[register]);
            }

            return;
        }

        for (var at = 0; at < other.Length; at += SlotBytes)
        {
            var slot = BinaryPrimitives.ReadUInt32LittleEndian(other.AsSpan(at));
            if (slot != 0) Raise(ref sketch, (int)(slot >> 8), (byte)slot);
        }
    }

    public double Estimate(byte[] sketch)
    {
        var counts = CountsOfValues(sketch);
        var m = (double)_registers;
        var sum = m * Tau(1 - (counts[_maxZeros + 1] / m));
        for (var value = _maxZeros; value >= 1; value--) sum = 0.5 * (sum + counts[value]);
        sum += m * Sigma(counts[0] / m);
        return m * m / (2 * Math.Log(2) * sum);
    }

    private void Raise(ref byte[] sketch, int register, byte value)
    {
        if (sketch.Length == _registers) sketch[register] = Math.Max(sketch[register], value);
        else RaiseSparse(ref sketch, register, value);
    }

    private void RaiseSparse(ref byte[] sketch, int register, byte value)
    {
        var slots = sketch.Length / SlotBytes;
        for (var tries = 0; tries < Math.Min(MaxTries, slots); tries++)
        {
            var slot = sketch.AsSpan(((register + tries) & (slots - 1)) * SlotBytes, SlotBytes);
            var held = BinaryPrimitives.ReadUInt32LittleEndian(slot);
            if (held != 0 && held >> 8 != register) continue;
            if ((byte)held < value) BinaryPrimitives.WriteUInt32LittleEndian(slot, ((uint)register << 8) | value);
            return;
        }

        var larger = new byte[Math.Min(sketch.Length * 2, _registers)];
        Merge(ref larger, sketch);
        sketch = larger;
        Raise(ref sketch, register, value);
    }

    private int[] CountsOfValues(byte[] sketch)
    {
        var dense = sketch;
        if (sketch.Length < _registers)
        {
            dense = new byte[_registers];
            Merge(ref dense, sketch);
        }

        var counts = new int[_maxZeros + 2];
        foreach (var value in dense) counts[value]++;
        return counts;
    }

    private static double Sigma(double x)
    {
        if (x == 1) return double.PositiveInfinity;
        var (power, sum, before) = (1.0, x, 0.0);
        while (sum != before)
        {
            x *= x;
            before = sum;
            sum += x * power;
            power += power;
        }

        return sum;
    }

    private static double Tau(double x)
    {
        if (x is 0 or 1) return 0;
        var (power, sum, before) = (1.0, 1 - x, 0.0);
        while (sum != before)
        {
            x = Math.Sqrt(x);
            before = sum;
            power *= 0.5;
            sum -= (1 - x) * (1 - x) * power;
        }

        return sum / 3;
    }
}
