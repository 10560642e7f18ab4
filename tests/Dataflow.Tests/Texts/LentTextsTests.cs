using System.Buffers;
using Dataflow.Codecs;
using Dataflow.Extensibility;

namespace Dataflow.Tests.Texts;

/// <summary>A text that is read from memory on lease is found and kept, wherever it is in a value, or was copied.</summary>
public class LentTextsTests
{
    [Fact]
    public void All_texts_of_a_value_outlive_the_lease_once_the_value_is_kept()
    {
        var bytes = new ArrayBufferWriter<byte>();
        Serde<Holder>.Default.Write(
            new("page", new(["own"]), ["set"], new() { ["map"] = "value" }, [new("list")], ("pair", 1), new("plain"), "maybe",
                new Word("union")), bytes);
        var array = bytes.WrittenSpan.ToArray();
        var lease = TextLease.For<Holder>(array)!;

        Serde<Holder>.Default.ReadWithin(array, lease, out var read);
        read = Utf8.KeepIn(read);
        lease.End();
        array.AsSpan().Clear();

        Assert.Equal(
            ["page", "own", "set", "map", "value", "list", "pair", "plain", "maybe", "union"],
            [
                $"{read.Page}", $"{read.Own.Texts.Single()}", $"{read.Set.Single()}", .. read.Map.Select(static pair => $"{pair.Key}"),
                .. read.Map.Select(static pair => $"{pair.Value}"), $"{read.List[0].Text}", $"{read.Pair.Text}", $"{read.Plain.Text}",
                $"{read.Maybe}", $"{((Word)read.Term).Text}",
            ]);
    }

    [Fact]
    public void Texts_of_subtypes_lie_in_the_bytes_that_were_read_until_they_are_kept()
    {
        var bytes = new ArrayBufferWriter<byte>();
        Serde<ITerm>.Default.Write(new Word("word"), bytes);
        var lease = TextLease.For<ITerm>(bytes.WrittenSpan.ToArray())!;
        Serde<ITerm>.Default.ReadWithin(lease.Bytes, lease, out var read);
        Serde<ITerm>.Default.ReadWithin(lease.Bytes, lease, out var kept);

        kept = Utf8.KeepIn(kept);
        lease.End();

        Assert.Equal("word", $"{((Word)kept).Text}");
        Assert.Throws<InvalidOperationException>(() => $"{((Word)read).Text}");
    }

    [Fact]
    public void A_subtype_that_no_union_names_is_an_error()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var unnamed = Assert.Throws<SerdeException>(() => Serde<ITerm>.Default.Write(new Unnamed(), bytes));
        var unknown = Assert.Throws<SerdeException>(() => Serde<ITerm>.Default.Read(new byte[] { 0x92, 9, 0x90 }));

        Assert.Equal(
            "Type ITerm: the value is a Unnamed, which no [Union] of ITerm names. Add one there, with a number of its own.",
            unnamed.Message);
        Assert.Contains("it names the type of number 9, which no [Union] declares", unknown.Message, StringComparison.Ordinal);
    }

    /// <summary>A type that reads its texts itself.</summary>
    public sealed class Own(HashSet<Utf8> texts) : IHasCodec<Own>
    {
        public HashSet<Utf8> Texts => texts;

        public ValueCodec<Own> MakeCodec(ValueCodecs codecs) => new Codec(codecs.Of<Utf8>());

        private sealed class Codec(ValueCodec<Utf8> texts) : ValueCodec<Own>
        {
            public override void Write(ref ValueWriter writer, Own value) => texts.Write(ref writer, value.Texts.Single());

            public override Own Read(ref ValueReader reader) => new([texts.Read(ref reader)]);
        }
    }

    public sealed record Plain(Utf8 Text);
}

[DataflowRecord]
public sealed record Lent(Utf8 Text);

[DataflowRecord]
public sealed record Holder(
    Utf8 Page, LentTextsTests.Own Own, HashSet<Utf8> Set, Dictionary<Utf8, Utf8> Map, List<Lent> List, (Utf8 Text, int Number) Pair,
    LentTextsTests.Plain Plain, Utf8? Maybe, ITerm Term);

[MessagePack.Union(0, typeof(Word))]
[MessagePack.Union(1, typeof(Number))]
public interface ITerm;

[DataflowRecord]
public sealed record Word(Utf8 Text) : ITerm;

[DataflowRecord]
public sealed record Number(long Value) : ITerm;

public sealed record Unnamed : ITerm;
