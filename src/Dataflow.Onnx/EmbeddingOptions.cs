namespace Dataflow.Onnx;

/// <summary>The options of an embedding model: tokens, pooling, and which files may be loaded.</summary>
public sealed record EmbeddingOptions : OnnxOptions
{
    /// <summary>The largest number of tokens of a text, [CLS] and [SEP] included. Default 256, at least 2.</summary>
    /// <remarks>A model's card says which length it was trained on; the rest of a longer text has no influence. A number larger than the
    /// model's positions is refused when the model is loaded, which is tested with up to 1,024 tokens.</remarks>
    public int MaxTokens
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TextTokenizer.MinTokens, nameof(MaxTokens));
            field = value;
        }
    } = 256;

    /// <summary>The way in which the vectors of tokens become the text's vector. Default <see cref="Pooling.Mean"/>.</summary>
    public Pooling Pooling
    {
        get;
        init
        {
            if (!Enum.IsDefined(value))
                throw new ArgumentOutOfRangeException(nameof(Pooling), value, "There is no such pooling.");
            field = value;
        }
    }

    /// <summary>Whether vectors are scaled to length 1, so that <see cref="Vectors.Dot"/> of two is their cosine. Default true.</summary>
    public bool IsNormalized { get; init; } = true;

    /// <summary>Whether case and accents count, for a model that only has a <c>vocab.txt</c>: that file does not say so, a
    /// <c>tokenizer.json</c> does. Default false.</summary>
    public bool IsCased { get; init; }
}
