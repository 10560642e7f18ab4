using Microsoft.Extensions.AI;

namespace Dataflow.Onnx.Tests;

public sealed class When_a_model_is_loaded : IDisposable
{
    private readonly TemporaryFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Mean_pooling_gives_the_direction_of_the_mean()
    {
        // [CLS] a ##b [SEP] are (3, 4), (5, 12), (0, 1) and (0, 2): together (8, 19).
        using var model = Load(new TinyModel());

        Assert.Equal([8 / MathF.Sqrt(425), 19 / MathF.Sqrt(425)], model.Embed("ab"), new WithinMillionth());
    }

    [Fact]
    public void Cls_pooling_gives_the_first_token()
    {
        using var model = Load(new TinyModel(), new EmbeddingOptions { Pooling = Pooling.Cls });

        Assert.Equal([0.6f, 0.8f], model.Embed("ab"), new WithinMillionth());
    }

    [Fact]
    public void Max_pooling_gives_the_greatest_of_each_dimension()
    {
        using var model = Load(new TinyModel(), new EmbeddingOptions { Pooling = Pooling.Max, IsNormalized = false });

        Assert.Equal([5f, 12f], model.Embed("ab"));
        Assert.Equal([3f, 6f], model.Embed("b"));
    }

    [Theory]
    [InlineData(Pooling.Mean, 2f, 4.75f)]
    [InlineData(Pooling.Cls, 3f, 4f)]
    public void Vectors_that_are_not_normalized_keep_their_length(Pooling pooling, float first, float second)
    {
        using var model = Load(new TinyModel(), new EmbeddingOptions { Pooling = pooling, IsNormalized = false });

        Assert.Equal([first, second], model.Embed("ab"));
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void It_is_found_out_whether_a_text_s_vector_depends_on_those_beside_it(bool quantizes, bool divides, bool depends)
    {
        // The shorter text of the probe is filled up with [PAD], here the greatest.
        float[][] table = [[20, 20], [1, 0], [3, 4], [0, 2], [5, 12], [-8, 6], [0, 1]];
        using var model = Load(new TinyModel { Table = table, IsDynamicallyQuantized = quantizes, DividesByGreatest = divides });

        Assert.Equal(depends, model.DependsOnBatch);
    }

    [Fact]
    public void A_text_longer_than_MaxTokens_is_cut()
    {
        using var model = Load(new TinyModel(), new EmbeddingOptions { MaxTokens = 3 });
        var vector = new float[2];

        var encoded = model.Embed("a b b b", vector);

        Assert.Equal(new EncodedText(3, IsTruncated: true), encoded);
        Assert.Equal(model.Embed("a"), vector);
    }

    [Fact]
    public void Only_input_ids_is_needed()
    {
        using var model = Load(new TinyModel { Inputs = ["input_ids"] });

        Assert.Equal(2, model.Dimensions);
        Assert.Equal(2, model.Embed("ab").Length);
    }

    [Fact]
    public void A_zero_vector_stays_zero()
    {
        using var model = Load(new TinyModel { Table = [.. TinyModel.Pieces.Select(_ => new float[2])] });

        Assert.Equal([0f, 0f], model.Embed("ab"));
    }

    [Fact]
    public void Its_id_is_the_same_wherever_it_lies()
    {
        using var elsewhere = new TemporaryFolder();
        new TinyModel().WriteTo(elsewhere);
        using var model = Load(new TinyModel());

        using var copy = EmbeddingModel.Load(elsewhere.Path);

        Assert.Equal(model.Id, copy.Id);
        Assert.NotEqual(model.Name, copy.Name);
    }

    [Fact]
    public void Its_id_changes_with_all_that_changes_a_vector()
    {
        string IdOf(TinyModel model, EmbeddingOptions? options = null, string[]? pieces = null)
        {
            model.WriteTo(_directory);
            if (pieces is not null) File.WriteAllLines(_directory["vocab.txt"], pieces);
            using var loaded = EmbeddingModel.Load(_directory.Path, options);
            return loaded.Id;
        }

        string[] ids =
        [
            IdOf(new TinyModel()),
            IdOf(new TinyModel { Table = [[0], [1], [2], [3], [4], [5], [6]] }),
            IdOf(new TinyModel(), new EmbeddingOptions { MaxTokens = 128 }),
            IdOf(new TinyModel(), new EmbeddingOptions { Pooling = Pooling.Cls }),
            IdOf(new TinyModel(), new EmbeddingOptions { Pooling = Pooling.Max }),
            IdOf(new TinyModel(), new EmbeddingOptions { IsNormalized = false }),
            IdOf(new TinyModel(), new EmbeddingOptions { IsCased = true }),
            IdOf(new TinyModel(), pieces: [.. TinyModel.Pieces, "c"]),
        ];

        Assert.Distinct(ids);
    }

    [Fact]
    public void The_expected_hash_may_be_in_either_case()
    {
        using var model = EmbeddingModel.Load(
            TestFiles.Model, new EmbeddingOptions { ExpectedSha256 = TestFiles.ModelSha256.ToUpperInvariant() });

        Assert.Contains(TestFiles.ModelSha256, model.Id, StringComparison.Ordinal);
    }

    [Fact]
    public void All_its_files_must_lie_in_the_allowed_directory()
    {
        using var outside = new TemporaryFolder();
        new TinyModel().WriteTo(_directory);
        File.Move(_directory["vocab.txt"], outside["vocab.txt"]);
        File.CreateSymbolicLink(_directory["vocab.txt"], outside["vocab.txt"]);

        EmbeddingModel.Load(_directory.Path).Dispose();
        var error = Assert.Throws<ModelException>(
            () => EmbeddingModel.Load(_directory.Path, new EmbeddingOptions { AllowedDirectory = _directory.Path }));

        Assert.StartsWith($"Model file '{_directory["vocab.txt"]}': it is not in", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_json_counts_before_a_vocab_txt()
    {
        new TinyModel().WriteTo(_directory);
        var json = File.ReadAllText(TestFiles.Golden("cased-tokenizer.json"));
        File.WriteAllText(_directory["tokenizer.json"], json.Replace("\"[CLS]\": 2", "\"[CLS]\": 0", StringComparison.Ordinal));
        using var model = EmbeddingModel.Load(_directory.Path);

        Assert.Equal(3, model.Embed("[MASK]", new float[2]).Tokens);
    }

    [Fact]
    public async Task It_is_a_generator_of_Microsoft_Extensions_AI()
    {
        using var model = Load(new TinyModel());

        var generated = await model.GenerateAsync(["a", "ab"], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([model.Embed("a"), model.Embed("ab")], generated.Select(embedding => embedding.Vector.ToArray()));
        Assert.Equal((7, model.Id), (generated.Usage!.InputTokenCount, generated[0].ModelId));
        var metadata = model.GetService<EmbeddingGeneratorMetadata>()!;
        Assert.Equal(("onnx", model.Id, 2), (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.Same(model, model.GetService<EmbeddingModel>());
        Assert.Null(model.GetService<string>());
        Assert.Throws<ArgumentException>(
            () => { _ = model.GenerateAsync(
            ["a"], new EmbeddingGenerationOptions { Dimensions = 3 }, TestContext.Current.CancellationToken); });
    }

    [Fact]
    public void It_cannot_be_used_after_it_is_disposed()
    {
        var model = Load(new TinyModel());
        model.Dispose();
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Embed("a"));
    }

    private EmbeddingModel Load(TinyModel tiny, EmbeddingOptions? options = null)
    {
        tiny.WriteTo(_directory);
        return EmbeddingModel.Load(_directory.Path, options);
    }

    private sealed class WithinMillionth : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) < 1e-6f;

        public int GetHashCode(float obj) => 0;
    }
}
