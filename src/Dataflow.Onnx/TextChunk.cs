namespace Dataflow.Onnx;

/// <summary>A part of a text that is not too long for a model.</summary>
/// <param name="Index">Its place among the parts, from 0.</param>
/// <param name="Start">The start of the part, in UTF-16 units from the text's beginning.</param>
/// <param name="Tokens">The number of its tokens, [CLS] and [SEP] included.</param>
/// <param name="Text">The text of the part, unchanged; empty if the whole text is white space.</param>
public sealed record TextChunk(int Index, int Start, int Tokens, string Text);
