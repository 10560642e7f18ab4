using System.Buffers;
using CsCheck;
using Dataflow.State;

namespace Dataflow.Tests.Aggregates;

/// <summary>What every aggregate must obey, checked against a plain model of the values in the order in which they came.</summary>
internal static class AggregateLaws
{
    public static readonly Gen<Reading> Readings = Gen.Select(Gen.Int[0, 3], Gen.Long[0, 50], Gen.Int[-9, 9])
        .Select((sensor, timeMs, value) => new Reading($"s{sensor}", timeMs, value));

    /// <summary>Values split into accumulators, merged in any grouping and written and read between, are as those of one pass.</summary>
    public static void Merges<T, TR>(
        Gen<T> values,
        Func<Aggregates<T>, Aggregation<T, TR>> aggregate,
        Func<IReadOnlyList<T>, TR> model,
        Action<TR, TR>? same = null,
        int iter = 120)
        => aggregate(new Aggregates<T>()).Accept(new MergeLaw<T, TR>(values, model, same ?? Same, iter));

    /// <summary>Rows added and taken back in any order leave what was never taken back.</summary>
    public static void Retracts<T, TR>(
        Gen<T> values,
        Func<TableAggregates<T>, Aggregation<T, TR>> aggregate,
        Func<IReadOnlyList<T>, TR> model,
        Action<TR, TR>? same = null)
    {
        var aggregation = aggregate(new TableAggregates<T>());
        Assert.True(aggregation.CanRetract);
        Merges(values, _ => aggregation, model, same);
        aggregation.Accept(new RetractLaw<T, TR>(values, model, same ?? Same));
    }

    public static TA Written<TA>(TA accumulator) => StateCodec<TA>.Read(Bytes(accumulator));

    public static ReadOnlyMemory<byte> Bytes<TA>(TA accumulator)
    {
        var bytes = new ArrayBufferWriter<byte>();
        StateCodec<TA>.Write(ref accumulator, bytes);
        return bytes.WrittenMemory;
    }

    public static void Same<TR>(TR expected, TR actual) => Assert.Equal(expected, actual);

    /// <summary>Equal but for rounding.</summary>
    public static void Near(double expected, double actual)
    {
        if (double.IsNaN(expected)) Assert.True(double.IsNaN(actual), $"NaN was expected, not {actual}");
        else Assert.InRange(actual, expected - 1e-8 - (1e-9 * Math.Abs(expected)), expected + 1e-8 + (1e-9 * Math.Abs(expected)));
    }

    private static void Check<T, TA, TR>(
        Aggregation<T, TA, TR> aggregation, T[] all, int cuts, Random random, Func<IReadOnlyList<T>, TR> model, Action<TR, TR> same)
    {
        var parts = Split(all, cuts, random).Select(part => Sum(aggregation, part)).ToList();
        var merged = new List<(TA Accumulator, ReadOnlyMemory<byte> Bytes)>();
        while (parts.Count > 1)
        {
            var at = random.Next(parts.Count - 1);
            var (left, right) = (parts[at], parts[at + 1]);
            merged.Add((right, Bytes(right)));
            aggregation.Merge(ref left, in right);
            parts[at] = random.Next(2) == 0 ? left : Written(left);
            parts.RemoveAt(at + 1);
        }

        var before = Bytes(parts[0]);
        var result = aggregation.Result(parts[0]);
        same(model(all), result);
        Assert.Equal(before, Bytes(parts[0])); // a result leaves the accumulator as it is

        var last = parts[0];
        foreach (var value in all) aggregation.Add(ref last, value);
        same(model(all), result); // and is left as it is
        same(model([.. all, .. all]), aggregation.Result(last));
        foreach (var (accumulator, bytes) in merged) Assert.Equal(bytes, Bytes(accumulator)); // merging left them as they were
    }

    private static void CheckRetract<T, TA, TR>(
        Aggregation<T, TA, TR> aggregation, T[] all, Random random, Func<IReadOnlyList<T>, TR> model, Action<TR, TR> same)
    {
        var accumulator = aggregation.Create();
        var rows = new List<T>();
        foreach (var value in all)
        {
            aggregation.Add(ref accumulator, value);
            rows.Add(value);
            while (rows.Count > 0 && random.Next(5) < 2)
            {
                var row = rows[random.Next(rows.Count)];
                rows.Remove(row);
                aggregation.Retract(ref accumulator, row);
            }

            if (random.Next(8) == 0) accumulator = Written(accumulator);
            same(model(rows), aggregation.Result(in accumulator));
        }
    }

    private static IEnumerable<T[]> Split<T>(T[] all, int cuts, Random random)
    {
        var bounds = Enumerable.Range(0, cuts).Select(_ => random.Next(all.Length + 1)).Order().ToList();
        return bounds.Prepend(0).Zip(bounds.Append(all.Length), (start, end) => all[start..end]);
    }

    public static TA Sum<T, TA, TR>(Aggregation<T, TA, TR> aggregation, IEnumerable<T> values)
    {
        var accumulator = aggregation.Create();
        foreach (var value in values) aggregation.Add(ref accumulator, value);
        return accumulator;
    }

    private sealed class MergeLaw<T, TR>(Gen<T> values, Func<IReadOnlyList<T>, TR> model, Action<TR, TR> same, int iter)
        : IAggregationVisitor<T, TR, bool>
    {
        public bool Visit<TA>(Aggregation<T, TA, TR> aggregation)
        {
            Gen.Select(values.Array[0, 40], Gen.Int[0, 5], Gen.Int).Sample(
                (all, cuts, seed) => Check(aggregation, all, cuts, new Random(seed), model, same), iter: iter);
            return true;
        }
    }

    private sealed class RetractLaw<T, TR>(Gen<T> values, Func<IReadOnlyList<T>, TR> model, Action<TR, TR> same)
        : IAggregationVisitor<T, TR, bool>
    {
        public bool Visit<TA>(Aggregation<T, TA, TR> aggregation)
        {
            Gen.Select(values.Array[1, 60], Gen.Int)
                .Sample((all, seed) => CheckRetract(aggregation, all, new Random(seed), model, same), iter: 120);
            return true;
        }
    }
}
