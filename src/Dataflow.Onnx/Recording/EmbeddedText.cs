namespace Dataflow.Onnx.Recording;

/// <summary>What a model made of a text.</summary>
/// <param name="Vector">Shared: not to be written to.</param>
/// <param name="Tokens">What the text cost; 0 where the model does not say.</param>
/// <param name="IsTruncated">Whether the text's end was left out.</param>
internal sealed record EmbeddedText(float[] Vector, int Tokens, bool IsTruncated);
