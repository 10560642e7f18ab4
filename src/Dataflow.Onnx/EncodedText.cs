namespace Dataflow.Onnx;

/// <summary>The size of a text in tokens, after encoding.</summary>
/// <param name="Tokens">The number of token ids, [CLS] and [SEP] included: at least 2.</param>
/// <param name="IsTruncated">Whether the text was too long, so that its end is missing.</param>
public readonly record struct EncodedText(int Tokens, bool IsTruncated);
