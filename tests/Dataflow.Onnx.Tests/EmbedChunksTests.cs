using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Onnx.Tests;

public sealed class EmbedChunksTests : IDisposable
{
    private static readonly string[] s_words = [
        " ", "  ", "\n", "a", "b", "ab", "a-b", "abbbbbbbbbbbb", "中文字", "각각각", "\ud83d\ude00", "\ud83d", "[SEP]", "…", "bbbb"];

    private static readonly Gen<string> s_texts = Gen.Int[0, s_words.Length - 1].Select(word => s_words[word])
        .Array[0, 120].Select(string.Concat);

    private readonly TemporaryFolder _directory = new();

    public EmbedChunksTests() => new TinyModel().WriteTo(_directory);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Parts_fit_stand_in_the_text_and_leave_out_white_space_alone()
        => Gen.Select(s_texts, Gen.Int[10, 40], Gen.Int[0, 30]).Sample((text, most, shared) =>
        {
            var overlap = Math.Min(shared, most - 10);
            using var model = Load(most);

            var chunks = model.Chunk(text, overlap);

            var end = 0;
            foreach (var (index, chunk) in chunks.Index())
            {
                Assert.Equal(index, chunk.Index);
                Assert.Equal(text.Substring(chunk.Start, chunk.Text.Length), chunk.Text);
                Assert.Equal(new EncodedText(chunk.Tokens, IsTruncated: false), model.Embed(chunk.Text, new float[2]));
                Assert.InRange(chunk.Tokens, 2, most);
                Assert.True(chunk.Start + chunk.Text.Length > end || chunks.Count == 1, "A part has nothing new.");
                if (chunk.Start > end) Assert.True(text.AsSpan(end, chunk.Start - end).IsWhiteSpace(), "Something was left out.");
                else Assert.InRange(model.Embed(text.AsSpan(chunk.Start, end - chunk.Start), new float[2]).Tokens - 2, 0, overlap);
                end = chunk.Start + chunk.Text.Length;
            }

            Assert.True(text.AsSpan(end).IsWhiteSpace(), "The end was left out.");
        });

    [Fact]
    public void A_text_that_is_short_enough_is_one_part()
    {
        using var model = Load(12);

        Assert.Equal([new TextChunk(0, 1, 5, "a ab")], model.Chunk(" a ab ", 2));
        Assert.Equal([new TextChunk(0, 0, 2, "")], model.Chunk("", 2));
    }

    [Fact]
    public void Parts_share_words_of_no_more_tokens_than_the_overlap()
    {
        using var model = Load(12);

        var chunks = model.Chunk("a b a b a b a ab ab a b a", overlap: 2);

        Assert.Equal(["a b a b a b a ab", "ab ab a b a"], chunks.Select(chunk => chunk.Text));
        Assert.Equal([0, 14], chunks.Select(chunk => chunk.Start));
    }

    [Fact]
    public void So_much_overlap_that_nothing_new_fits_is_refused()
    {
        using var model = Load(20);

        Assert.Throws<ArgumentOutOfRangeException>(() => model.Chunk("a", 11));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Chunk("a", -1));
        Assert.NotEmpty(model.Chunk("a", 10));
    }

    [Fact]
    public void Each_part_gives_a_result_in_order_and_what_has_no_text_fails()
    {
        using var model = Load(12);
        using var log = SimulatedJob.OpenLog();
        var results = Sink.Memory<(int, int, string, float[])>();
        string?[] texts = [.. Enumerable.Range(0, 50).Select(number => string.Join(' ', Enumerable.Repeat("a b", number))), null];
        var pipeline = new Pipeline("documents");
        pipeline.From(Source.Of(Enumerable.Range(0, 52), "numbers")).EmbedChunks(
            model, number => texts[number], (number, chunk, vector) => (number, chunk.Index, chunk.Text, vector), overlap: 2).To(results);

        SimulatedJob.Start(pipeline, log, workers: 2).Run();

        var expected = Enumerable.Range(0, 50)
            .SelectMany(number => model.Chunk(texts[number]!, 2).Select(chunk => (number, chunk.Index, chunk.Text)));
        Assert.Equal(expected, results.Committed.Select(result => (result.Item1, result.Item2, result.Item3)));
        Assert.All(results.Committed, result => Assert.Equal(model.Embed(result.Item3), result.Item4));
        Assert.Equal(
            [(50, "The text is null."), (51, "Index was outside the bounds of the array.")],
            Topic.Of<DeadLetter>("documents.dead-letters").ReadAll(log).Select(letter => ((int)letter.Position, letter.Reason)));
        Assert.DoesNotContain("checkpoints wait", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    private EmbeddingModel Load(int maxTokens) => EmbeddingModel.Load(_directory.Path, new EmbeddingOptions { MaxTokens = maxTokens });
}
