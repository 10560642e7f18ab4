using System.Buffers;
using System.Numerics;
using CsCheck;
using Dataflow.State;
using Dataflow.Testing;

namespace Dataflow.Tests.Serialization;

/// <summary>Keys are equal as C# says.</summary>
public class KeyTests
{
    private const string Seed = "00013TvdSbk1";

    public sealed record Price(string Currency, decimal Amount, DateTimeOffset? At);

    public readonly record struct Point(double X, float Y);

    public struct Plain
    {
        public double X;
        public decimal? Y;
    }

    [Fact]
    public void Equal_keys_have_one_hash_and_one_form_in_topics()
    {
        AreOne(1m, 1.0m, 1.00m, 1.0000000000000000000000000000m);
        AreOne(0m, 0.00m, -0.0m, new decimal(0, 0, 0, true, 28));
        AreOne(decimal.MaxValue, decimal.MaxValue / 1.0m);
        AreOne(0.0, -0.0);
        AreOne(double.NaN, BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_0001), -double.NaN);
        AreOne(0f, -0f);
        AreOne(float.NaN, BitConverter.Int32BitsToSingle(0x7FC0_0001));
        AreOne(Half.NaN, BitConverter.UInt16BitsToHalf(0x7E01));
        AreOne(new DateTime(5, DateTimeKind.Utc), new DateTime(5, DateTimeKind.Local), new DateTime(5));
        AreOne(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 1, 14, 0, 0, TimeSpan.FromHours(2)));
        AreOne<decimal?>(1m, 1.0m);
        AreOne((1m, "a"), (1.0m, "a"));
        AreOne(Tuple.Create(1m, 0.0), Tuple.Create(1.0m, -0.0));
        AreOne(new Price("EUR", 1m, DateTimeOffset.UnixEpoch),
            new Price("EUR", 1.0m, DateTimeOffset.UnixEpoch.ToOffset(TimeSpan.FromHours(1))));
        AreOne(new Point(0.0, float.NaN), new Point(-0.0, BitConverter.Int32BitsToSingle(0x7FC0_0001)));
        AreOne(new Plain { X = 0.0, Y = 1m }, new Plain { X = -0.0, Y = 1.0m });
        AreOne(KeyValuePair.Create(1m, 1), KeyValuePair.Create(1.0m, 1));
        AreOne(new { A = 1m }, new { A = 1.00m });
        AreOne((1, 2, 3, 4, 5, 6, 7, 8m), (1, 2, 3, 4, 5, 6, 7, 8.0m));
        AreOne(BigInteger.One << 100, BigInteger.Pow(2, 100));
    }

    [Fact]
    public void Different_keys_have_different_forms()
    {
        AreTwo("\uD83D", "\uDE00");
        AreTwo("\uD83D", "\uFFFD");
        AreTwo("a", "A");
        AreTwo("", "\0");
        AreTwo(new Version(1, 0), new Version(1, 0, 0));
        AreTwo<decimal?>(0m, 1m);
        AreTwo(("a", (string?)null), ("a", ""));
        AreTwo(1.1m, 1.10000000000000001m);
    }

    [Fact]
    public void Equality_of_random_keys_is_that_of_their_forms()
        => Gen.Select(Gen.Decimal[-2, 2], Gen.Int[0, 4], Gen.Double[-1, 1], Gen.Long[0, 3], Gen.Int[-14, 14]).Select(
            (amount, scale, x, ticks, hours) => (
                decimal.Round(amount, 1) * new decimal(1, 0, 0, false, 0) + new decimal(0, 0, 0, false, (byte)scale),
                x < 0 ? -0.0 : Math.Round(x),
                new DateTimeOffset(2026, 1, 1, 0, 0, (int)ticks, TimeSpan.Zero).ToOffset(TimeSpan.FromHours(hours)))).Array[2].Sample(
            pair => (pair[0] == pair[1]) == FormOf(pair[0]).SequenceEqual(FormOf(pair[1]))
                && (pair[0] != pair[1] || KeyCodec<(decimal, double, DateTimeOffset)>.Default.Hash(pair[0])
                    == KeyCodec<(decimal, double, DateTimeOffset)>.Default.Hash(pair[1])),
            iter: 2000, seed: Seed);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Groups_are_those_of_LINQ_through_restarts(int workers)
    {
        decimal[] prices = [1.0m, 1.00m, 2m, 1m, 2.0m, 1.000m, 0m, -0.0m];
        using var driver = new PipelineDriver(
            () =>
            {
                var pipeline = new Pipeline("prices");
                var keyed = pipeline.From(Topic.Of<decimal>("in")).KeyBy(x => x);
                keyed.Aggregate(a => a.Count(), (price, count) => (price, count)).Changes().Values().Select(change => change.New)
                    .To(Topic.Of<(decimal, long)>("counts"));
                keyed.Deduplicate().Values().To(Topic.Of<decimal>("first"));
                return pipeline;
            },
            workers);
        foreach (var price in prices)
        {
            driver.Feed(Topic.Of<decimal>("in"), price);
            driver.Restart();
        }

        Assert.Equal(prices.Distinct().Order(), driver.Read(Topic.Of<decimal>("first")).Order());
        foreach (var group in prices.GroupBy(price => price))
            Assert.Contains((group.Key, group.LongCount()), driver.Read(Topic.Of<(decimal, long)>("counts")));
    }

    [Fact]
    public void A_key_removed_under_another_form_stays_removed_after_a_restart()
    {
        using var driver = new PipelineDriver(() =>
        {
            var pipeline = new Pipeline("toggle");
            pipeline.From(Topic.Of<decimal>("in")).KeyBy(x => x).Process(() => new Toggle()).Values().To(Topic.Of<bool>("out"));
            return pipeline;
        });
        driver.Feed(Topic.Of<decimal>("in"), 1.0m);
        driver.Feed(Topic.Of<decimal>("in"), 1.00m);
        driver.Restart();
        driver.Feed(Topic.Of<decimal>("in"), 1m);
        Assert.Equal([true, false, true], driver.Read(Topic.Of<bool>("out")));
    }

    [Fact]
    public void Keys_that_cannot_be_told_apart_as_C_sharp_does_are_refused_with_what_to_do()
    {
        Refused<int[]>(
            "two of equal content are different keys, since C# compares them by reference. Give KeyBy a string, a number or a record of "
                + "them.");
        Refused<List<int>>("compares them by reference");
        Refused<WithList>("member 'Tags' is List<String>: two of equal content are different keys");
        Refused<(int, byte[])>("member 'Item2' is Byte[]: two of equal content");
        Refused<WithPrivateSetter>("Make it a record");
        Refused<OwnEquals>("it has an Equals of its own");
        Refused<OwnRecord>("it has an Equals of its own");
        Refused<OwnStruct>("it has an Equals of its own");
        Refused<Uri>("it has an Equals of its own");
        Refused<IComparable>("which type a key is of is not known");
        Refused<object>("which type a key is of is not known");
        Refused<Chain>("member 'Next' is Chain: a key that can hold itself");
        Refused<Func<int>>("");
        Refused<System.Collections.Immutable.ImmutableArray<int>>("by reference");
    }

    [Fact]
    public void Keys_of_maps_tables_and_sketches_are_held_to_the_same()
    {
        var pipeline = new Pipeline("others");
        pipeline.Table<WithList, int>(Topic.Of<int>("rows")).To(Topic.Of<int>("copy"));
        pipeline.From(Source.Of([1m])).KeyBy(x => x).Process(() => new Mapping(), name: "maps").Values().To(Sink.Memory<bool>());
        var faults = Assert.Throws<PlanException>(pipeline.Explain).Faults;
        Assert.Contains(faults, fault => fault.StartsWith("step 'rows': Key WithList: member 'Tags'", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("step 'maps': Key WithPrivateSetter: ", StringComparison.Ordinal));

        Assert.Throws<PlanException>(() => new Aggregates<int>().ApproximateCountDistinct(x => new[] { x }));
        Assert.Equal(StableHash.Of(1.0m), StableHash.Of(1.00m));
    }

    [Fact]
    public void A_key_of_a_type_derived_from_the_declared_one_is_an_error_of_its_record()
    {
        using var log = SimulatedJob.OpenLog();
        var pipeline = new Pipeline("derived") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Source.Of<Base>([new Base(1), new Derived(1, 2), new Base(1)])).KeyBy(x => x)
            .Aggregate(a => a.Count(), (_, n) => n).Changes().Values().Select(change => change.New).To(Topic.Of<long>("out"));
        SimulatedJob.Start(pipeline, log).Run();
        Assert.Equal([2L], Topic.Of<long>("out").ReadAll(log));
    }

    private static void AreOne<T>(params T[] keys)
    {
        foreach (var key in keys)
        {
            Assert.Equal(keys[0], key);
            Assert.Equal(KeyCodec<T>.Default.Hash(keys[0]), KeyCodec<T>.Default.Hash(key));
            Assert.Equal(FormOf(keys[0]), FormOf(key));
            var bytes = new ArrayBufferWriter<byte>();
            KeyCodec<T>.Default.Write(key, bytes);
            Assert.Null(Alike.Difference(key, KeyCodec<T>.Default.Read(bytes.WrittenMemory)));
        }
    }

    private static void AreTwo<T>(T left, T right)
    {
        Assert.NotEqual(left, right);
        Assert.NotEqual(FormOf(left), FormOf(right));
    }

    private static byte[] FormOf<T>(T key)
    {
        var bytes = new ArrayBufferWriter<byte>();
        KeyCodec<T>.Default.WriteNormal(key, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private static void Refused<T>(string why)
        => Assert.Contains(why, Assert.Throws<PlanException>(() => KeyCodec<T>.Default).Message, StringComparison.Ordinal);

    public sealed record WithList(string Name, List<string> Tags);

    public sealed record Chain(int N, Chain? Next);

    public record Base(int N);

    public sealed record Derived(int N, int More) : Base(N);

    public sealed class OwnEquals
    {
        public int N { get; init; }

        public override bool Equals(object? obj) => obj is OwnEquals other && other.N % 10 == N % 10;

        public override int GetHashCode() => N % 10;
    }

    public sealed record OwnRecord(string Name)
    {
        public bool Equals(OwnRecord? other) => string.Equals(Name, other?.Name, StringComparison.OrdinalIgnoreCase);

        public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Name);
    }

    public readonly struct OwnStruct : IEquatable<OwnStruct>
    {
        public bool Equals(OwnStruct other) => true;

        public override bool Equals(object? obj) => obj is OwnStruct;

        public override int GetHashCode() => 0;
    }

    private sealed class Mapping : KeyedProcess<decimal, decimal, bool>
    {
        public override void Open(ProcessStates<decimal, decimal> states) => states.Map<WithPrivateSetter, int>("map");

        public override void OnRecord(in Record<decimal> record, ProcessContext<decimal, bool> context) => context.Emit(true);
    }

    private sealed class Toggle : KeyedProcess<decimal, decimal, bool>
    {
        private ValueState<int> _count = null!;

        public override void Open(ProcessStates<decimal, decimal> states) => _count = states.Value<int>("count");

        public override void OnRecord(in Record<decimal> record, ProcessContext<decimal, bool> context)
        {
            if (_count.TryGet(out _))
            {
                _count.Clear();
                context.Emit(false);
                return;
            }

            _count.Update() = 1;
            context.Emit(true);
        }
    }
}
