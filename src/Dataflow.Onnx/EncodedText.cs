namespace Dataflow.Onnx;

/// <summary>What became of a text on its way into a model.</summary>
/// <param name="Tokens">The number of ids, [CLS] and [SEP] included: never less than 2.</param>
/// <param name="IsTruncated">Whether the text was too long, so that its end is missing.</param>
public readonly record struct EncodedText(int Tokens, bool IsTruncated);
