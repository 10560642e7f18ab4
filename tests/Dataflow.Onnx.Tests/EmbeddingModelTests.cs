
namespace Dataflow.Onnx.Tests;

public sealed class EmbeddingModelTests(RealModel real) : IClassFixture<RealModel>
{
    private readonly EmbeddingModel _model = real.Model;

    [Fact]
    public void Gives_the_vectors_of_the_reference()
    {
        var cosines = new float[TestFiles.Vectors.Length];
        Parallel.For(0, cosines.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            var golden = TestFiles.Vectors[i];
            cosines[i] = Vectors.Dot(golden.Vector, _model.Embed(TestFiles.Texts[golden.Line].Text));
        });

        Assert.Equal(267, cosines.Length);
        Assert.All(cosines, cosine => Assert.InRange(cosine, 0.98f, 1.001f));
        Assert.InRange(cosines.Average(), 0.998f, 1.001f);
    }

    [Fact]
    public void Is_known_to_depend_on_the_batch_and_runs_on_the_CPU()
        => Assert.Equal((true, ModelDevice.Cpu), (_model.DependsOnBatch, _model.Device));

    [Fact]
    public void Gives_the_vectors_of_another_model_s_reference_by_its_first_token()
    {
        var directory = SharedFolder.Find("models", "bge-small-en-v1.5-int8");
        using var files = new TemporaryFolder();
        File.CreateSymbolicLink(files["model.onnx"], Path.Combine(directory, "model.onnx"));
        File.CreateSymbolicLink(files["vocab.txt"], TestFiles.Vocabulary);
        using var model = EmbeddingModel.Load(files.Path, new EmbeddingOptions { Pooling = Pooling.Cls, MaxTokens = 512 });

        var goldens = File.ReadLines(Path.Combine(directory, "embeddings.jsonl")).Select(TestFiles.VectorOf)
            .Where(golden => TestFiles.Texts[golden.Line].Ids.Length < 60).Take(50);
        var cosines = goldens.Select(golden => Vectors.Dot(golden.Vector, model.Embed(TestFiles.Texts[golden.Line].Text))).ToArray();

        Assert.Equal(50, cosines.Length);
        Assert.All(cosines, cosine => Assert.InRange(cosine, 0.97f, 1.001f));
    }

    [Fact]
    public void Counts_the_tokens_that_the_reference_counts()
    {
        var vector = new float[_model.Dimensions];
        foreach (var golden in TestFiles.Vectors.Where(golden => golden.Tokens is < 20 or 256))
        {
            var encoded = _model.Embed(TestFiles.Texts[golden.Line].Text, vector);

            var isTruncated = TestFiles.Texts[golden.Line].Ids.Length > 256;
            Assert.Equal(new EncodedText(golden.Tokens, isTruncated), encoded);
        }
    }

    [Fact]
    public void Gives_a_text_the_same_bits_whoever_asks_and_whatever_came_before()
    {
        var goldens = TestFiles.Texts.Where(golden => golden.Ids.Length is > 10 and < 60).Take(40);
        string[] texts = [.. goldens.Select(golden => golden.Text)];
        var first = Array.ConvertAll(texts, _model.Embed);

        Parallel.For(0, 4, caller =>
        {
            for (var i = 0; i < texts.Length; i++)
            {
                var at = (i * (2 * caller + 1)) % texts.Length;
                Assert.Equal(first[at], _model.Embed(texts[at]));
            }
        });
    }

    [Fact]
    public async Task Waits_with_its_end_for_texts_that_it_embeds()
    {
        using var directory = new TemporaryFolder();
        new TinyModel().WriteTo(directory);
        for (var round = 0; round < 10; round++)
        {
            var model = EmbeddingModel.Load(directory.Path);
            var begun = 0;
            var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Assert.ThrowsAsync<ObjectDisposedException>(async () =>
            {
                while (true)
                {
                    Interlocked.Increment(ref begun);
                    Assert.Equal(2, model.Embed("a b").Length);
                    Assert.Single(await model.GenerateAsync(["a"], cancellationToken: TestContext.Current.CancellationToken));
                }
            }))).ToList();
            SpinWait.SpinUntil(() => Volatile.Read(ref begun) > 50);
            model.Dispose();

            await Task.WhenAll(callers);
        }
    }

    [Fact]
    public void Finds_a_sentence_nearest_to_its_paraphrase()
    {
        var query = _model.Embed("How much does it cost to build warships?");

        var paraphrase = _model.Embed("The expense of constructing a navy is considerable.");
        var other = _model.Embed("The harvest of wheat was plentiful this year.");

        Assert.InRange(Vectors.Dot(query, paraphrase), Vectors.Dot(query, other) + 0.2f, 1);
    }

    [Fact]
    public void Embeds_an_empty_text() => Assert.Equal(1, Vectors.Dot(_model.Embed(""), _model.Embed("")), 0.001);

    [Fact]
    public void Allocates_little_for_a_text()
    {
        var vector = new float[_model.Dimensions];
        var least = long.MaxValue; // of three: another thread's collection may show in one
        for (var pass = 0; pass < 3; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++) _model.Embed("a text of a few words", vector);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(least, 0, 10 * 2_000);
    }

    [Fact]
    public void Refuses_a_vector_of_another_length()
    {
        var error = Assert.Throws<ArgumentException>(() => _model.Embed("text", new float[3]));

        Assert.Equal("Room for 3 values, but a vector of 'model' has 384. (Parameter 'vector')", error.Message);
    }
}

/// <summary>The repository's model, loaded once.</summary>
public sealed class RealModel : IDisposable
{
    public EmbeddingModel Model { get; } =
        EmbeddingModel.Load(TestFiles.Model, new EmbeddingOptions { ExpectedSha256 = TestFiles.ModelSha256 });

    public void Dispose() => Model.Dispose();
}
