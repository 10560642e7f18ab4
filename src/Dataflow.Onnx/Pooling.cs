namespace Dataflow.Onnx;

/// <summary>The way in which the vectors of a text's tokens become the text's vector. The model's card says which.</summary>
public enum Pooling
{
    /// <summary>The mean of all tokens' vectors, as in the sentence-transformers family.</summary>
    Mean,

    /// <summary>The vector of [CLS], the first token, as in the BGE family.</summary>
    Cls,

    /// <summary>The greatest value of all tokens, for each dimension.</summary>
    Max,
}
