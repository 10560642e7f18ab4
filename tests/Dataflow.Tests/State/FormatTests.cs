using System.Buffers;
using CsCheck;
using Dataflow.Log;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Tests.State;

/// <summary>What is stored must be found again by every later version: these bytes and numbers never change.</summary>
public class FormatTests
{
    [Fact]
    public void Hashes_of_keys_stay_as_they_are()
    {
        Assert.Equal([1u, 3025583357u, 1689612811u, 3893322543u], new[] { 0, 1, -1, 1L << 40 }.Select(Hash));
        Assert.Equal([1u, 3025583357u, 1689612811u], new[] { 0, 1, -1 }.Select(Hash));
        Assert.Equal([1114228263u, 3172986871u, 1952979837u, 410759779u], new[] { "", "a", "flight", "Zürich" }.Select(Hash));
        Assert.Equal([1636762753u, 428550611u, 978685807u], new[] { Hash(Guid.Empty), Hash((1, "a")), Hash(new Point(1, 2)) });
        Assert.Equal(
            [2242577937u, 2242577937u, 2242577937u, 2242577937u], new[] { Hash((1L, 2L)), Hash((1L, 2)), Hash((1, 2L)), Hash((1, 2)) });
    }

    [Fact]
    public void A_key_of_no_shard_is_never_hashed_to_zero() => Gen.Long.Sample(key => Hash(key) != 0);

    [Fact]
    public void Shards_are_the_upper_six_bits_and_spread_evenly_over_workers()
    {
        Assert.Equal([0, 1, 63], new[] { Shards.Of(0x03FFFFFF), Shards.Of(0x04000000), Shards.Of(uint.MaxValue) });
        for (var workers = 1; workers <= Shards.Count; workers++)
        {
            var map = new ShardMap(ShardSet.All, workers);
            var counts = Enumerable.Range(0, Shards.Count).GroupBy(map.WorkerOf).Select(g => g.Count()).ToList();
            Assert.Equal(workers, counts.Count);
            Assert.True(counts.Max() - counts.Min() <= 1);
        }
    }

    [Fact]
    public void Keys_reach_all_shards_evenly()
    {
        var counts = Enumerable.Range(0, 64_000).GroupBy(i => Shards.Of(Hash($"key {i}"))).Select(g => g.Count()).ToList();

        Assert.Equal(Shards.Count, counts.Count);
        Assert.InRange(counts.Min(), 850, 1000);
        Assert.InRange(counts.Max(), 1000, 1150);
    }

    [Fact]
    public void A_timer_lies_in_the_shard_of_its_key()
        => Gen.Select(Gen.String, Gen.Long).Sample(
            (key, time) => Shards.Of(new KeyPartCodec<string>().Hash(new(key, time))) == Shards.Of(Hash(key)));

    [Fact]
    public void A_timer_comes_back_as_it_was_written()
        => Gen.Select(Gen.String, Gen.Long).Sample((key, time) =>
        {
            var bytes = new ArrayBufferWriter<byte>();
            new KeyPartCodec<string>().Write(new(key, time), bytes);
            return new KeyPartCodec<string>().Read(bytes.WrittenMemory) == new KeyPart<string>(key, time);
        });

    [Fact]
    public void Keys_of_changes_stay_as_they_are()
    {
        var bytes = new ArrayBufferWriter<byte>();
        ChangeKey.Write(bytes, ChangelogKind.Entry, 0x01020304, -2);
        KeyCodec<string>.Default.Write("ab", bytes);
        ChangeKey.Write(bytes, ChangelogKind.Namespace, StateId.Of("window-aggregate/panes"), 60_000);

        Assert.Equal("0004030201FEFFFFFFFFFFFFFF6162" + "0131F3DB8260EA000000000000", Convert.ToHexString(bytes.WrittenSpan));
        Assert.Equal((ChangelogKind.Entry, 0x01020304u, -2L), ChangeKey.Read(bytes.WrittenSpan));
    }

    [Fact]
    public void Packs_of_changes_stay_as_they_are()
    {
        using var changes = new ChangeRecords();
        changes.Remove([1, 2, 3]);
        changes.Put([4], [5, 6]);

        using var records = changes.Take();
        var found = new List<LogRecord>();
        foreach (var each in records) found.Add(each);
        var record = Assert.Single(found);
        Assert.Equal("04000000000000000000000000", Convert.ToHexString(record.Key.Span));
        Assert.Equal("03000000" + "FFFFFFFF" + "010203" + "01000000" + "02000000" + "040506", Convert.ToHexString(record.Value.Span));
    }

    [Fact]
    public void State_without_references_is_written_as_it_lies_in_memory()
    {
        Assert.Equal("01000000000000000000000000000440", Hex(new MeanAccumulator(1, 2.5)));
        Assert.Equal("MeanAccumulator:16", StateCodec<MeanAccumulator>.Signature);
        Assert.Equal("2A000000", Hex(42));
    }

    [Fact]
    public void State_with_references_is_written_by_its_serde()
    {
        Assert.Equal("A26162", Hex("ab"));
        Assert.Equal("String", StateCodec<string>.Signature);
        Assert.Equal("82A54E616D657391A161A453697A6503", Hex(new Team(["a"], 3)));
        Assert.Equal("List<Dataflow.Tests.State::FormatTests.Team>", StateCodec<List<Team>>.Signature);
        Assert.Equal("92C3A161", Hex(new Kept<string>(true, "a")));
    }

    [Fact]
    public void State_comes_back_as_it_was_written()
    {
        Gen.Select(Gen.Long, Gen.Double).Sample((count, sum) => RoundTrips(new MeanAccumulator(count, sum)));
        Gen.Int.Sample(number => RoundTrips((number, true, new Point(number, -number))));
        Gen.String.Sample(text => RoundTrips(text));
        Gen.Select(Gen.Bool, Gen.String).Sample((has, text) => RoundTrips(new Kept<string>(has, text)));
        Gen.Select(Gen.String.Array, Gen.Int).Sample((names, size) =>
        {
            var team = Written(new Team([.. names], size));
            return team.Size == size && team.Names.SequenceEqual(names);
        });
    }

    public readonly record struct Point(int X, int Y);

    public sealed record Team(List<string> Names, int Size);

    private static uint Hash<TKey>(TKey key)
        where TKey : notnull
        => KeyCodec<TKey>.Default.Hash(key);

    private static bool RoundTrips<T>(T value) => EqualityComparer<T>.Default.Equals(value, Written(value));

    private static T Written<T>(T value) => StateCodec<T>.Read(Bytes(value));

    private static string Hex<T>(T value) => Convert.ToHexString(Bytes(value).Span);

    private static ReadOnlyMemory<byte> Bytes<T>(T value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        StateCodec<T>.Write(ref value, bytes);
        return bytes.WrittenMemory;
    }
}
