using System.Diagnostics;
using System.Runtime.InteropServices;
using CsCheck;

namespace Dataflow.Onnx.Tests;

public class BytePairTokenizerTests
{
    private static readonly string[] s_traps = [
        " ", "  ", "\n", "\t\n", "\u00a0", "'s", "'ll", "word", "the", "\u0301", "中文", "👍🏽", "\ud83d", "<mask>", "</s>", "<", "---", "1",
        "𝐀"];

    private static readonly Gen<string> s_anyText = Gen.OneOf(
            Gen.Int[1, 0x10FFFF].Where(value => value is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32),
            Gen.Int[0, s_traps.Length - 1].Select(trap => s_traps[trap]))
        .Array[0, 40].Select(string.Concat);

    [Fact]
    public void Gives_the_ids_of_the_reference_for_every_golden_text()
    {
        var wrong = TestFiles.BytePairTexts.Where(golden => !RobertaTokenizer.Shared.Encode(golden.Text).SequenceEqual(golden.Ids));

        Assert.Equal(600, TestFiles.BytePairTexts.Length);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Composes_texts_as_the_reference_does_where_the_file_says_so()
    {
        using var directory = new TemporaryFolder();
        RobertaTokenizer.WriteTo(directory);
        var file = directory["tokenizer.json"];
        File.WriteAllText(
            file, File.ReadAllText(file).Replace("\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}", StringComparison.Ordinal));

        var tokenizer = TextTokenizer.FromJson(file);

        Assert.Equal(104, TestFiles.ComposedTexts.Length);
        Assert.All(TestFiles.ComposedTexts, golden => Assert.Equal(golden.Ids, tokenizer.Encode(golden.Text)));
    }

    [Fact]
    public void Gives_them_to_several_threads_at_once_and_after_more_words_than_are_kept()
    {
        for (var number = 0; number < 60_000; number++) RobertaTokenizer.Shared.Encode($"x{number}");

        Parallel.For(0, 4, caller => Assert.All(
            TestFiles.BytePairTexts, golden => Assert.Equal(golden.Ids, RobertaTokenizer.Shared.Encode(golden.Text))));
    }

    [Fact]
    public void Cuts_any_text_to_the_room_it_has_and_ends_it_all_the_same() =>
        Gen.Select(s_anyText, Gen.Int[2, 60]).Sample((text, room) =>
        {
            var all = RobertaTokenizer.Shared.Encode(text);
            var ids = Enumerable.Repeat(-1L, room + 100).ToArray();

            var encoded = RobertaTokenizer.Shared.Encode(text, ids.AsSpan(0, room));

            var expected = all.Length <= room ? all : [.. all[..(room - 1)], RobertaTokenizer.End];
            Assert.Equal(new EncodedText(expected.Length, all.Length > room), encoded);
            Assert.Equal(expected, ids[..encoded.Tokens]);
            Assert.All(ids[room..], id => Assert.Equal(-1, id));
        });

    /// <summary>What long words are made of: much that is a token many times over, much that is none.</summary>
    public static TheoryData<string> Repeated =>
        ["a", "=", "中", "ab", "👍", "the", "aGVsbG8gd29ybGQ", "\u0e01\u0e34", "-=", "\ud83d", "ÃÂ"];

    [Theory]
    [MemberData(nameof(Repeated))]
    public void A_long_word_is_read_only_as_far_as_its_ids_have_room(string repeated)
    {
        var (word, part) = (Repeat(1_000_000), Repeat(60_000));
        var (ids, partIds) = (new long[512], new long[512]);
        var start = ThreadTime();
        var encoded = RobertaTokenizer.Shared.Encode(word, ids);

        Assert.InRange((ThreadTime() - start).TotalSeconds, 0, 10);
        Assert.Equal(new EncodedText(512, IsTruncated: true), encoded);
        RobertaTokenizer.Shared.Encode(part, partIds);
        Assert.Equal(partIds, ids);

        string Repeat(int characters) => string.Concat(Enumerable.Repeat(repeated, characters / repeated.Length));

        // Processor time of this thread alone: other tests run beside it. Zero where there is no such clock.
        static TimeSpan ThreadTime()
        {
            if (!OperatingSystem.IsLinux()) return TimeSpan.Zero;
            using var process = Process.GetCurrentProcess();
            var id = GetThreadId();
            return process.Threads.Cast<ProcessThread>().Single(thread => thread.Id == id).TotalProcessorTime;
        }
    }

    [DllImport("libc", EntryPoint = "gettid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetThreadId();

    [Fact]
    public void A_long_word_takes_time_in_proportion_where_there_is_room_for_all()
    {
        var encoded = RobertaTokenizer.Shared.Encode(string.Concat(Enumerable.Repeat("中", 100_000)));

        Assert.Equal(100_002, encoded.Length);
    }

    [Fact]
    public void A_long_word_that_is_cut_has_the_ids_that_it_begins_with()
        => Gen.Select(
            Gen.OneOf(
                Gen.Const("a="), Gen.Const("ab中"), Gen.Const("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
                Gen.Const("ÃÂ=-_"), Gen.Const("กิ่ท")),
            Gen.Int[0, 1 << 20].Array[600, 1_200], Gen.Int[3, 20]).Sample((letters, picks, room) =>
            {
                var word = string.Concat(picks.Select(pick => letters[pick % letters.Length]));
                var all = RobertaTokenizer.Shared.Encode(word);
                var ids = new long[room];

                Assert.Equal(new EncodedText(room, IsTruncated: true), RobertaTokenizer.Shared.Encode(word, ids));
                Assert.Equal([.. all[..(room - 1)], RobertaTokenizer.End], ids);
            });

    [Fact]
    public void Half_a_surrogate_pair_is_the_character_that_stands_for_what_cannot_be_read() =>
        Assert.Equal(
            RobertaTokenizer.Shared.Encode("a\ufffd b \ufffd x\ufffd\ufffdy"),
            RobertaTokenizer.Shared.Encode("a\ud83d b \udc4d x\udc4d\ud83dy"));

    [Fact]
    public void Refuses_room_for_less_than_what_begins_and_ends_a_text() =>
        Assert.Throws<ArgumentException>(() => RobertaTokenizer.Shared.Encode("text", new long[1]));

    [Fact]
    public void Allocates_nothing_for_words_it_knows()
    {
        using var directory = new TemporaryFolder();
        RobertaTokenizer.WriteTo(directory);
        var tokenizer = TextTokenizer.FromJson(directory["tokenizer.json"]); // no other test gives it words to keep
        var ids = new long[500];
        string[] texts = [
            .. TestFiles.Texts.Select(golden => golden.Text)
            .Where(text => text.Length > 20 && text.Split(' ').All(word => word.Length < 30))];
        EncodeAll();

        Assert.True(texts.Length > 100);
        Assert.Equal(0, Allocations.Of(EncodeAll));

        void EncodeAll()
        {
            foreach (var text in texts) tokenizer.Encode(text, ids);
        }
    }
}
