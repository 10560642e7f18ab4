using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Tokenization;

namespace Dataflow.Onnx;

/// <summary>Turns text into the token ids of a model, as the model's own tokenizer did in training.</summary>
/// <remarks>Any UTF-16 is accepted. May be used by any number of threads at once; allocates nothing for tokens that it knows.</remarks>
public abstract class TextTokenizer
{
    /// <summary>The fewest ids that a text can become: one that begins it and one that ends it.</summary>
    public const int MinTokens = 2;

    private protected static readonly OnnxOptions AnyFile = new();

    private protected TextTokenizer(int padding) => Padding = padding;

    /// <summary>What fills up the shorter texts of a batch; the mask hides it.</summary>
    internal int Padding { get; }

    /// <summary>Reads a <c>tokenizer.json</c> of Hugging Face that describes a tokenizer of BERT models, cased or not, or a
    /// byte-level one, as those of RoBERTa.</summary>
    /// <remarks>What it says of truncation and padding is left to who calls.</remarks>
    /// <param name="path">The file.</param>
    /// <returns>A <see cref="WordPieceTokenizer"/> or a <see cref="BytePairTokenizer"/>.</returns>
    /// <exception cref="ModelException">The file does not exist or cannot be read, or it describes another tokenizer.</exception>
    public static TextTokenizer FromJson(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return TokenizerFile.Read(path, ModelFile.ReadBytes(path, AnyFile));
    }

    /// <summary>Writes the ids of a text between those that begin and end every text: [CLS] and [SEP], or what the model has
    /// for them.</summary>
    /// <param name="text">The text. An empty one is [CLS] [SEP].</param>
    /// <param name="ids">
    /// Takes the ids, at least <see cref="MinTokens"/>. A text with more is cut: [SEP] is then in the last place, and
    /// the rest of the text is not looked at.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="ids"/> is too short for [CLS] and [SEP].</exception>
    public EncodedText Encode(ReadOnlySpan<char> text, Span<long> ids)
    {
        if (ids.Length < MinTokens)
        {
            throw new ArgumentException(
                $"Room for {ids.Length} ids is too little: [CLS] and [SEP] alone take {MinTokens}.", nameof(ids));
        }

        return EncodeAll(text, ids);
    }

    /// <summary>Gives all ids of a text, however many.</summary>
    /// <returns>A new array.</returns>
    public long[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var room = text.Length + MinTokens; ; room *= 2) // a character may be several tokens
        {
            var ids = new long[room];
            var encoded = Encode(text, ids);
            if (!encoded.IsTruncated) return ids[..encoded.Tokens];
        }
    }

    /// <summary>The ids of a text, cut to what there is room for.</summary>
    internal (long[] Ids, bool IsTruncated) Encode(string text, int maxTokens)
    {
        var ids = new long[maxTokens];
        var encoded = Encode(text, ids);
        return (ids[..encoded.Tokens], encoded.IsTruncated);
    }

    private protected abstract EncodedText EncodeAll(ReadOnlySpan<char> text, Span<long> ids);
}
