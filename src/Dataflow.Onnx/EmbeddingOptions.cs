namespace Dataflow.Onnx;

/// <summary>How a model turns texts into vectors.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>The most tokens of a text that count, [CLS] and [SEP] included. Default 256, least 2.</summary>
    /// <remarks>A model's card says what it was trained on; the rest of a longer text has no influence.</remarks>
    public int MaxTokens
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, WordPieceTokenizer.LeastTokens, nameof(MaxTokens));
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

    /// <summary>Whether capitals and accents count, where a <c>vocab.txt</c> is all that the model has: it does not say so
    /// itself, a <c>tokenizer.json</c> does. Default false.</summary>
    public bool IsCased { get; init; }

    /// <summary>The SHA-256 that <c>model.onnx</c> must have, in hexadecimal. Default null: any.</summary>
    public string? ExpectedSha256
    {
        get;
        init
        {
            if (value is not null && (value.Length != 64 || !value.All(char.IsAsciiHexDigit)))
            {
                throw new ArgumentException(
                    $"'{value}' is not a SHA-256: 64 hexadecimal digits are expected.", nameof(ExpectedSha256));
            }
            field = value;
        }
    }
}
