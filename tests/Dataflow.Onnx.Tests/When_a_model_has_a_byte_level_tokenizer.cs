using CsCheck;
using Dataflow.Onnx.Tokenization;
using Dataflow.Testing;

namespace Dataflow.Onnx.Tests;

public sealed class When_a_model_has_a_byte_level_tokenizer : IDisposable
{
    private static readonly string[] s_words =
        [" ", "  ", "\n", " \n ", "\t", "\u3000", "a", "b", "the", " word", "it's", "a-b", "abbbbbbbbbbbb", "中文字", "각각각", "\ud83d\ude00",
            "\ud83d", "</s>", "<mask>", "…", "1234567", "xkcdqzwv"];

    private static readonly Gen<string> s_texts = Gen.Int[0, s_words.Length - 1].Select(word => s_words[word])
        .Array[0, 120].Select(string.Concat);

    // <s>, <pad>, </s>, <unk>, a, b, a space, ab, a behind a space, <mask>
    private static readonly float[][] s_table = [[3, 4], [20, 0], [0, 2], [1, 0], [5, 12], [-8, 6], [0, 1], [7, 7], [2, 1], [9, 9]];

    private static readonly TinyModel s_model = new() { Inputs = ["input_ids", "attention_mask"], Table = s_table };

    private readonly TemporaryFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void It_takes_two_inputs_and_gives_vectors_of_its_tokens()
    {
        using var model = Load(s_model, new EmbeddingOptions { IsNormalized = false });
        var vector = new float[2];

        var encoded = model.Embed("ab a", vector); // <s> ab a </s>

        Assert.Equal(new EncodedText(4, IsTruncated: false), encoded);
        Assert.Equal([12f / 4, 14f / 4], vector);
    }

    [Fact]
    public void A_text_longer_than_MaxTokens_is_cut()
    {
        using var model = Load(s_model, new EmbeddingOptions { MaxTokens = 3 });
        var vector = new float[2];

        Assert.Equal(new EncodedText(3, IsTruncated: true), model.Embed("ab ab ab", vector));
        Assert.Equal(model.Embed("ab"), vector);
    }

    [Fact]
    public void Its_id_names_model_and_tokenizer()
    {
        using var model = Load(s_model);
        var hashes = new[] { "model.onnx", "tokenizer.json" }.Select(
            file => Inference.ModelFile.HashOf(File.ReadAllBytes(_directory[file])));

        Assert.StartsWith($"onnx:{string.Join(':', hashes)}:", model.Id, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20f, true)]
    [InlineData(2f, false)]
    public void Shorter_texts_are_filled_up_with_its_own_token(float greatest, bool depends)
    {
        // Of all that is looked up <s> is the greatest, unless what fills up is.
        float[][] table = [[12, 12], [greatest, greatest], .. s_table[2..].Select(_ => new float[] { 1, 1 })];
        using var model = Load(s_model with { Table = table, DividesByGreatest = true });

        Assert.Equal(depends, model.DependsOnBatch);
    }

    [Fact]
    public void Parts_have_the_tokens_they_say_and_leave_out_white_space_alone()
        => Gen.Select(s_texts, Gen.Int[10, 40], Gen.Int[0, 30]).Sample((text, most, shared) =>
        {
            var overlap = Math.Min(shared, most - 10);

            var chunks = new Chunker(RobertaTokenizer.Shared, most, overlap).Chunk(text);

            var end = 0;
            foreach (var chunk in chunks)
            {
                Assert.Equal(text.Substring(chunk.Start, chunk.Text.Length), chunk.Text);
                Assert.Equal(RobertaTokenizer.Shared.Encode(chunk.Text).Length, chunk.Tokens);
                Assert.InRange(chunk.Tokens, 2, most);
                Assert.True(chunk.Start + chunk.Text.Length > end || chunks.Count == 1, "A part has nothing new.");
                if (chunk.Start > end) Assert.True(text.AsSpan(end, chunk.Start - end).IsWhiteSpace(), "Something was left out.");
                else Assert.InRange(RobertaTokenizer.Shared.Encode(text[chunk.Start..end]).Length - 2, 0, overlap);
                end = chunk.Start + chunk.Text.Length;
            }

            Assert.True(text.AsSpan(end).IsWhiteSpace(), "The end was left out.");
        });

    [Fact]
    public void A_long_text_without_white_space_is_cut_in_time_that_grows_with_its_length()
    {
        var text = string.Concat(Enumerable.Repeat("我爱北京天安门", 15_000));

        var chunks = new Chunker(RobertaTokenizer.Shared, 256, 0).Chunk(text);

        Assert.Equal(text, string.Concat(chunks.Select(chunk => chunk.Text)));
        Assert.All(chunks.SkipLast(1), chunk => Assert.InRange(chunk.Tokens, 250, 256));
    }

    [Fact]
    public void A_pipeline_gives_each_part_of_its_texts_a_vector_alone_and_in_batches()
    {
        using var model = Load(s_model with { AddsUpByMask = true }, new EmbeddingOptions { MaxTokens = 12 });
        using var log = SimulatedJob.OpenLog();
        string[] texts = [.. Enumerable.Range(0, 40).Select(number => string.Join(' ', Enumerable.Repeat("ab a", number)))];
        var alone = Sink.Memory<(int, string, float[])>("alone");
        var together = Sink.Memory<(int, string, float[])>("together");
        var pipeline = new Pipeline("documents");
        var numbers = pipeline.From(Source.Of(Enumerable.Range(0, 40), "numbers"));
        numbers.EmbedChunks(model, number => texts[number], (number, chunk, vector) => (number, chunk.Text, vector), 2).To(alone);
        numbers.EmbedChunks(
            model, number => texts[number], (number, chunk, vector) => (number, chunk.Text, vector), 2, "batches",
            new() { BatchTokens = 64 }).To(together);

        SimulatedJob.Start(pipeline, log, workers: 2).Run();

        var expected = texts.Index().SelectMany(text => model.Chunk(text.Item, 2).Select(chunk => (text.Index, chunk.Text))).ToArray();
        Assert.False(model.DependsOnBatch);
        Assert.Equal(expected, alone.Committed.Select(result => (result.Item1, result.Item2)));
        Assert.Equal(expected, together.Committed.Select(result => (result.Item1, result.Item2)));
        Assert.All(alone.Committed, result => Assert.Equal(model.Embed(result.Item2), result.Item3));
        Assert.All(together.Committed, result => Assert.InRange(Vectors.Dot(model.Embed(result.Item2), result.Item3), 0.9999f, 1.0001f));
    }

    private EmbeddingModel Load(TinyModel tiny, EmbeddingOptions? options = null)
    {
        tiny.WriteTo(_directory);
        RobertaTokenizer.WriteTinyTo(_directory);
        return EmbeddingModel.Load(_directory.Path, options);
    }
}
