namespace Dataflow.Onnx.Recording;

/// <summary>A model's result for a text.</summary>
/// <param name="Vector">The vector, which is shared: do not write to it.</param>
/// <param name="Tokens">The text's tokens; 0 where the model does not say.</param>
/// <param name="IsTruncated">Whether the text's end was cut off.</param>
internal sealed record EmbeddedText(float[] Vector, int Tokens, bool IsTruncated);
