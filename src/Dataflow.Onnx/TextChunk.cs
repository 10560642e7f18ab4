namespace Dataflow.Onnx;

/// <summary>A part of a text that is not too long for a model.</summary>
/// <param name="Index">Its place among the parts, from 0.</param>
/// <param name="Start">Where it begins, in UTF-16 units from the text's beginning.</param>
/// <param name="Tokens">Its tokens, [CLS] and [SEP] included.</param>
/// <param name="Text">The part itself, as it stands in the text; empty where the text has nothing but white space.</param>
public sealed record TextChunk(int Index, int Start, int Tokens, string Text);
