using Dataflow.Onnx.Recording;

namespace Dataflow.Onnx.Inference;

/// <summary>A model in this process; runs on the caller's thread.</summary>
internal sealed class ModelEmbedder(EmbeddingModel model, InferenceOptions options, string? version) : ITextEmbedder
{
    private readonly int _maxTokens = options.BatchTokens ?? 0;

    public string Name => version ?? model.Name;

    public string? Id => _maxTokens == 0 ? model.Id : $"{model.Id}:batches";

    public string Detail => _maxTokens == 0 ? model.Detail : $"{model.Detail}, batches of {_maxTokens} tokens";

    public bool DependsOnBatch => model.DependsOnBatch;

    public int MaxTexts { get; } = options.BatchTokens is null ? 1 : options.BatchTexts;

    public ValueTask<EmbeddedText[]> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var results = new EmbeddedText[texts.Count];
        if (texts.Count > 1) model.Embed(texts, results, _maxTokens);
        else results[0] = Embed(texts[0]);
        return ValueTask.FromResult(results);
    }

    private EmbeddedText Embed(string text)
    {
        var vector = new float[model.Dimensions];
        var encoded = model.Embed(text, vector);
        return new EmbeddedText(vector, encoded.Tokens, encoded.IsTruncated);
    }
}
