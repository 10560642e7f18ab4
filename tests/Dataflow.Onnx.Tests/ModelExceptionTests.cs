namespace Dataflow.Onnx.Tests;

public sealed class ModelExceptionTests : IDisposable
{
    private readonly TemporaryFolder _directory = new();

    private string ModelPath => _directory["model.onnx"];

    private string VocabularyPath => _directory["vocab.txt"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Names_the_file_that_a_directory_lacks()
    {
        Assert.Equal(
            $"Model file '{ModelPath}': it does not exist. A model is a directory with model.onnx and tokenizer.json or vocab.txt.",
            LoadFails());

        new TinyModel().WriteTo(_directory);
        File.Delete(VocabularyPath);

        Assert.Equal(
            $"Model file '{VocabularyPath}': it does not exist. A model is a directory with model.onnx and tokenizer.json or vocab.txt.",
            LoadFails());
    }

    [Fact]
    public void Gives_both_hashes_when_they_differ()
    {
        File.WriteAllBytes(ModelPath, "abc"u8);

        Assert.Equal(
            $"Model file '{ModelPath}': its SHA-256 is " +
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, " +
            "expected 1212121212121212121212121212121212121212121212121212121212121212. " +
            "It is another model, or a damaged copy; get the right file, " +
            "or change the expected hash if it was replaced on purpose.",
            LoadFails(new EmbeddingOptions { ExpectedSha256 = string.Concat(Enumerable.Repeat("12", 32)) }));
    }

    [Fact]
    public void Says_why_a_file_is_not_a_model()
    {
        new TinyModel().WriteTo(_directory);
        File.WriteAllText(ModelPath, "no model at all");

        Assert.Equal(
            $"Model file '{ModelPath}': it cannot be read as ONNX (It is no message of Protocol Buffers). " +
            "It is damaged, or not an ONNX model; get the file again.",
            LoadFails());
    }

    [Fact]
    public void Says_that_a_file_is_cut_off()
    {
        new TinyModel().WriteTo(_directory);
        File.WriteAllBytes(ModelPath, File.ReadAllBytes(ModelPath)[..^10]);

        Assert.Equal(
            $"Model file '{ModelPath}': it cannot be read as ONNX (It ends within a field). " +
            "It is damaged, or not an ONNX model; get the file again.",
            LoadFails());
    }

    [Fact]
    public void Describes_the_inputs_of_a_model_that_is_no_text_encoder()
    {
        new TinyModel { Inputs = ["pixels", "attention_mask"] }.WriteTo(_directory);

        Assert.Equal(
            $"Model file '{ModelPath}': its inputs are " +
            "pixels Int64[batch, sequence], attention_mask Int64[batch, sequence]. " +
            "A text encoder takes input_ids, and at will attention_mask and token_type_ids, " +
            "each int64[batch, sequence].",
            LoadFails());
    }

    [Fact]
    public void Describes_inputs_of_another_type()
    {
        new TinyModel { Inputs = ["input_ids"], InputType = 6 }.WriteTo(_directory);

        Assert.Equal(
            $"Model file '{ModelPath}': its inputs are input_ids Int32[batch, sequence]. " +
            "A text encoder takes input_ids, and at will attention_mask and token_type_ids, " +
            "each int64[batch, sequence].",
            LoadFails());
    }

    [Fact]
    public void Describes_the_outputs_of_a_model_that_is_no_text_encoder()
    {
        new TinyModel { Output = "logits" }.WriteTo(_directory);

        Assert.Equal(
            $"Model file '{ModelPath}': its outputs are logits Single[batch, sequence, 2]. " +
            "A text encoder gives last_hidden_state, float[batch, sequence, N] with a fixed N.",
            LoadFails());
    }

    [Theory]
    [InlineData("[CLS]")]
    [InlineData("[SEP]")]
    [InlineData("[UNK]")]
    public void Names_the_token_that_a_vocabulary_lacks(string token)
    {
        new TinyModel().WriteTo(_directory);
        File.WriteAllLines(VocabularyPath, TinyModel.Pieces.Where(piece => piece != token));

        Assert.Equal(
            $"Vocabulary '{VocabularyPath}': it has no {token}. " +
            "It is not the vocab.txt of a BERT model; one piece a line is expected.",
            LoadFails());
    }

    [Fact]
    public void Refuses_an_empty_vocabulary()
    {
        new TinyModel().WriteTo(_directory);
        File.WriteAllText(VocabularyPath, "");

        Assert.Equal(
            $"Vocabulary '{VocabularyPath}': it has no [CLS]. " +
            "It is not the vocab.txt of a BERT model; one piece a line is expected.",
            LoadFails());
    }

    [Fact]
    public void Blames_the_vocabulary_when_its_ids_are_not_in_the_model()
    {
        new TinyModel { Table = [[0, 0], [1, 0], [3, 4], [0, 2]] }.WriteTo(_directory);
        using var model = EmbeddingModel.Load(_directory.Path);

        var error = Assert.Throws<ModelException>(() => model.Embed("a a"));

        Assert.Equal(
            $"Model '{model.Name}': it failed on a text of 4 tokens. " +
            "Other texts may work; if only short ones do, MaxTokens is too large for the model; if none does, the vocabulary belongs to "
                + "another model. " +
            "The inner error has ONNX Runtime's reason, which may name one of the tokens.",
            error.Message);
        Assert.False(error.IsTransient);
        Assert.Equal(2, model.Embed("").Length);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(3)]
    public void Says_how_many_tokens_a_model_takes_that_has_too_few_positions(int positions)
    {
        new TinyModel { Positions = positions }.WriteTo(_directory);

        Assert.Equal(
            $"Model file '{ModelPath}': it takes texts of at most {positions} tokens, but MaxTokens is 256. Set MaxTokens to {positions} "
                + "or less. " +
            "The inner error has ONNX Runtime's reason.",
            LoadFails());
        LoadFails(new EmbeddingOptions { MaxTokens = 100_000 });
        using var model = EmbeddingModel.Load(_directory.Path, new EmbeddingOptions { MaxTokens = positions });
        Assert.Equal(2, model.Embed(string.Join(' ', Enumerable.Repeat("a", 500))).Length);
    }

    [Theory]
    [InlineData("version", "ONNX Runtime 1.", "Unsupported model IR version")]
    [InlineData("opset", "ONNX Runtime 1.", "pset")]
    [InlineData("operator", "ONNX Runtime 1.", "NoSuchOperator")]
    public void Says_that_a_model_asks_for_what_this_ONNX_Runtime_does_not_have(string what, string runtime, string reason)
    {
        new TinyModel().WriteTo(_directory);
        var graph = OnnxFile.Graph(
            OnnxFile.Node(what == "operator" ? "NoSuchOperator" : "Identity", ["x"], ["y"]),
            OnnxFile.Input("x", OnnxFile.Float, 1), OnnxFile.Output("y", OnnxFile.Float, 1));
        File.WriteAllBytes(ModelPath, OnnxFile.Message(
            OnnxFile.Number(1, what == "version" ? 999 : 8), OnnxFile.Bytes(7, graph),
            OnnxFile.Bytes(8, OnnxFile.Message(OnnxFile.Number(2, what == "opset" ? 999 : 13)))));

        var message = LoadFails();

        Assert.StartsWith($"Model file '{ModelPath}': {runtime}", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.EndsWith(
            "Where it asks for an opset, an IR version or an operator that this version does not know, export it for an older opset, or " +
            "reference a newer Microsoft.ML.OnnxRuntime; else its graph is wrong.",
            message, StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_a_vector_of_large_numbers_for_one()
    {
        new TinyModel { Table = [.. Enumerable.Repeat(new[] { 3e38f, 3e38f }, TinyModel.Pieces.Length)] }.WriteTo(_directory);
        using var normalized = EmbeddingModel.Load(_directory.Path, new EmbeddingOptions { Pooling = Pooling.Max });
        using var raw = EmbeddingModel.Load(_directory.Path, new EmbeddingOptions { Pooling = Pooling.Cls, IsNormalized = false });

        Assert.All(normalized.Embed("a"), value => Assert.Equal(MathF.Sqrt(0.5f), value, 5));
        Assert.Equal([3e38f, 3e38f], raw.Embed("a"));
    }

    [Fact]
    public void Refuses_a_vector_that_is_not_finite()
    {
        var infinite = Enumerable.Repeat(new[] { float.MaxValue, float.MaxValue }, TinyModel.Pieces.Length);
        new TinyModel { Table = [.. infinite] }.WriteTo(_directory);
        using var model = EmbeddingModel.Load(_directory.Path);

        var error = Assert.Throws<ModelException>(() => model.Embed("a"));

        Assert.Equal(
            $"Model '{model.Name}': the vector of a text of 3 tokens is not finite. " +
            "The model overflows on it; other texts may work.",
            error.Message);
    }

    private string LoadFails(EmbeddingOptions? options = null) =>
        Assert.Throws<ModelException>(() => EmbeddingModel.Load(_directory.Path, options)).Message;
}
