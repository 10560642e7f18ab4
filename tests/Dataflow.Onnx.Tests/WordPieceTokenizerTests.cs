using CsCheck;

namespace Dataflow.Onnx.Tests;

public class WordPieceTokenizerTests
{
    private const long Sep = 102;

    private static readonly WordPieceTokenizer s_tokenizer = WordPieceTokenizer.FromVocabulary(TestFiles.Vocabulary);

    private static readonly string[] s_traps =
        [" ", "the", "embedding", "[SEP]", "[CL", "é", "각", "中", "\ud83d", "\udc4d", "≠", "\u0301"];

    /// <summary>Any UTF-16 units, lone surrogates too, between pieces that have rules of their own.</summary>
    private static readonly Gen<string> s_anyText = Gen.OneOf(
            Gen.Char.Select(unit => unit.ToString()),
            Gen.Char['a', 'z'].Array[1, 120].Select(letters => new string(letters)),
            Gen.Int[0x10000, 0x10FFFF].Select(char.ConvertFromUtf32),
            Gen.Int[0, s_traps.Length - 1].Select(trap => s_traps[trap]))
        .Array[0, 40].Select(string.Concat);

    [Fact]
    public void Gives_the_ids_of_the_reference_for_every_golden_text()
    {
        var wrong = TestFiles.Texts.Where(golden => !s_tokenizer.Encode(golden.Text).SequenceEqual(golden.Ids));

        Assert.Equal(2_000, TestFiles.Texts.Length);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Cuts_any_text_to_the_room_it_has_and_ends_with_SEP() =>
        Gen.Select(s_anyText, Gen.Int[2, 60]).Sample((text, room) =>
        {
            var all = s_tokenizer.Encode(text);
            var ids = new long[room];

            var encoded = s_tokenizer.Encode(text, ids);

            var expected = all.Length <= room ? all : [.. all[..(room - 1)], Sep];
            Assert.Equal(new EncodedText(expected.Length, all.Length > room), encoded);
            Assert.Equal(expected, ids[..encoded.Tokens]);
        });

    [Fact]
    public void Writes_nothing_behind_the_room_it_is_given() =>
        Gen.Select(s_anyText, Gen.Int[2, 20]).Sample((text, room) =>
        {
            var ids = Enumerable.Repeat(-1L, room + 100).ToArray();

            s_tokenizer.Encode(text, ids.AsSpan(0, room));

            Assert.All(ids[room..], id => Assert.Equal(-1, id));
        });

    [Fact]
    public void Splits_at_a_space_as_if_the_parts_were_texts() =>
        Gen.Select(s_anyText, s_anyText).Sample((left, right) =>
            Assert.Equal(
                [.. s_tokenizer.Encode(left)[..^1], .. s_tokenizer.Encode(right)[1..]],
                s_tokenizer.Encode($"{left} {right}")));

    [Theory]
    [InlineData("em\ud83dbed", "embed")]
    [InlineData("em\udc4dbed", "embed")]
    [InlineData("embed\ud83d", "embed")]
    public void Drops_half_a_surrogate_pair(string text, string same) =>
        Assert.Equal(s_tokenizer.Encode(same), s_tokenizer.Encode(text));

    [Fact]
    public void Has_room_for_texts_whose_characters_become_several_tokens_each() =>
        Assert.Equal(2 + 3 * 30, s_tokenizer.Encode(new string('각', 30)).Length);

    [Fact]
    public void Refuses_room_for_less_than_CLS_and_SEP()
    {
        var error = Assert.Throws<ArgumentException>(() => s_tokenizer.Encode("text", new long[1]));

        Assert.Equal(
            "Room for 1 ids is too little: [CLS] and [SEP] alone take 2. (Parameter 'ids')", error.Message);
    }

    [Fact]
    public void Allocates_nothing()
    {
        var ids = new long[5_000];
        EncodeAll();

        Assert.Equal(0, Allocations.Of(EncodeAll));

        void EncodeAll()
        {
            foreach (var golden in TestFiles.Texts) s_tokenizer.Encode(golden.Text, ids);
        }
    }
}
