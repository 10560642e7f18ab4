namespace Dataflow.Onnx;

/// <summary>How the vectors of a text's tokens become the text's one vector. The model's card says which.</summary>
public enum Pooling
{
    /// <summary>The mean of all tokens' vectors, as in the sentence-transformers family.</summary>
    Mean,

    /// <summary>The vector of [CLS], the first token, as in the BGE family.</summary>
    Cls,

    /// <summary>Of each dimension the greatest value of all tokens.</summary>
    Max,
}
