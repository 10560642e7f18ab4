using System.Buffers;

namespace Dataflow.Tests.Texts;

/// <summary>A text has the bytes of a string wherever one is written, and is found by it.</summary>
public class Utf8FormTests
{
    public static TheoryData<string> Words => Utf8Tests.Words;

    [Theory]
    [MemberData(nameof(Words))]
    public void Topics_and_state_hold_the_same_bytes(string word)
    {
        Same<string, Utf8>(Serde<string>.Default, Serde<Utf8>.Default, word, word);
        Same<string, Utf8>(Serde<string>.State, Serde<Utf8>.State, word, word);
        Same(Serde<(string, int)>.State, Serde<(Utf8, int)>.State, (word, 1), ((Utf8)word, 1));
        Same(Serde<List<string?>>.Default, Serde<List<Utf8?>>.Default, [word, null], [word, null], static list => string.Join('|', list));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Keys_belong_to_the_same_shard_and_have_the_same_bytes(string word)
    {
        Assert.Equal(KeyCodec<string>.Default.Hash(word), KeyCodec<Utf8>.Default.Hash(word));
        Assert.Equal(
            Bytes(bytes => KeyCodec<string>.Default.WriteNormal(word, bytes)),
            Bytes(bytes => KeyCodec<Utf8>.Default.WriteNormal(word, bytes)));
        Assert.Equal(KeyCodec<(string, int)>.Default.Hash((word, 1)), KeyCodec<(Utf8, int)>.Default.Hash((word, 1)));
    }

    [Fact]
    public void State_of_strings_may_become_state_of_texts()
    {
        Assert.Equal(Serde<string>.State.Signature, Serde<Utf8>.State.Signature);
        Assert.Equal(Serde<string>.Default.Signature, Serde<Utf8>.Default.Signature);
        Assert.Equal(Serde<(string, long)>.State.Signature, Serde<(Utf8, long)>.State.Signature);
    }

    [Fact]
    public void Null_and_half_of_a_surrogate_pair_are_refused()
    {
        foreach (var word in (string?[])[null, "a\uD83D"])
        {
            Assert.Throws<SerdeException>(() => Serde<Utf8>.Default.Read(Bytes(bytes => Serde<string?>.Default.Write(word, bytes))));
            Assert.Throws<SerdeException>(() => Serde<Utf8>.State.Read(Bytes(bytes => Serde<string?>.State.Write(word, bytes))));
        }
    }

    private static void Same<TString, TText>(
        Serde<TString> strings, Serde<TText> texts, TString of, TText text, Func<TText, object>? shown = null)
    {
        var bytes = Bytes(bytes => strings.Write(of, bytes));
        Assert.Equal(bytes, Bytes(bytes => texts.Write(text, bytes)));
        var read = texts.Read(bytes);
        if (shown is null) Assert.Equal(text, read);
        else Assert.Equal(shown(text), shown(read));
    }

    private static byte[] Bytes(Action<ArrayBufferWriter<byte>> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        write(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
