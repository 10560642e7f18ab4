using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Tokenization;

namespace Dataflow.Onnx;

/// <summary>Turns text into the token ids of a model, as the model's own tokenizer did in training.</summary>
/// <remarks>Any UTF-16 is accepted. Safe for any number of threads; allocates nothing for known tokens.</remarks>
public abstract class TextTokenizer
{
    /// <summary>The smallest number of ids of a text: one that begins it and one that ends it.</summary>
    public const int MinTokens = 2;

    private protected static readonly OnnxOptions AnyFile = new();

    private protected TextTokenizer(int padding) => Padding = padding;

    /// <summary>The id of padding for the shorter texts of a batch; the mask hides it.</summary>
    internal int Padding { get; }

    /// <summary>Reads a <c>tokenizer.json</c> of Hugging Face that describes a tokenizer of BERT models, cased or not, or a
    /// byte-level one, as those of RoBERTa.</summary>
    /// <remarks>Its settings of truncation and padding are ignored: they are the caller's.</remarks>
    /// <param name="path">The file.</param>
    /// <returns>A <see cref="WordPieceTokenizer"/> or a <see cref="BytePairTokenizer"/>.</returns>
    /// <exception cref="ModelException">The file does not exist or cannot be read, or it describes another tokenizer.</exception>
    public static TextTokenizer FromJson(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return TokenizerFile.Read(path, ModelFile.ReadBytes(path, AnyFile));
    }

    /// <summary>Writes the ids of a text between those that begin and end every text: [CLS] and [SEP], or the model's
    /// equivalents.</summary>
    /// <param name="text">The text. An empty one is [CLS] [SEP].</param>
    /// <param name="ids">The buffer for the ids, at least <see cref="MinTokens"/>. A text with more is cut: [SEP] is then in the last
    /// place, and the rest of the text is ignored.</param>
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

    /// <summary>Returns all ids of a text, however many.</summary>
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

    /// <summary>Returns the ids of a text, cut to the given number.</summary>
    internal (long[] Ids, bool IsTruncated) Encode(string text, int maxTokens)
    {
        var ids = new long[maxTokens];
        var encoded = Encode(text, ids);
        return (ids[..encoded.Tokens], encoded.IsTruncated);
    }

    private protected abstract EncodedText EncodeAll(ReadOnlySpan<char> text, Span<long> ids);
}
