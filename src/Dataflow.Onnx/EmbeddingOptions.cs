namespace Dataflow.Onnx;

/// <summary>How a model turns texts into vectors, and which may be loaded.</summary>
public sealed record EmbeddingOptions : OnnxOptions
{
    /// <summary>The most tokens of a text that count, [CLS] and [SEP] included. Default 256, least 2.</summary>
    /// <remarks>A model's card says what it was trained on; the rest of a longer text has no influence. More than the model has positions
    /// is refused when it is loaded, as far as 1,024 tokens show it.</remarks>
    public int MaxTokens
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TextTokenizer.MinTokens, nameof(MaxTokens));
            field = value;
        }
    } = 256;

    /// <summary>How tokens' vectors become the text's. Default <see cref="Pooling.Mean"/>.</summary>
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

    /// <summary>Whether capitals and accents count, where a <c>vocab.txt</c> is all that the model has: it does not say so
    /// itself, a <c>tokenizer.json</c> does. Default false.</summary>
    public bool IsCased { get; init; }
}
