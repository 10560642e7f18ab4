using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Tokenization;

namespace Dataflow.Onnx;

/// <summary>The tokenizer of BERT models: splits words into their longest pieces from the left.</summary>
/// <remarks>Control, format and private-use characters and lone surrogates are dropped. Special tokens such as <c>[MASK]</c> that are
/// written exactly so in a text are the special tokens.</remarks>
public sealed class WordPieceTokenizer : TextTokenizer
{
    private readonly Vocabulary _vocabulary;
    private readonly CharacterTable _table;

    internal WordPieceTokenizer(Vocabulary vocabulary, BertRules rules)
        : base(vocabulary.Padding)
        => (_vocabulary, _table) = (vocabulary, CharacterTable.Of(rules));

    /// <summary>Reads a <c>vocab.txt</c>: one piece per line; the line's number, from 0, is its id.</summary>
    /// <param name="path">The vocabulary's file, UTF-8.</param>
    /// <param name="isCased">Whether case and accents are kept, which the file does not say: as for <c>bert-base-cased</c>.</param>
    /// <exception cref="ModelException">The file does not exist, or lacks [CLS], [SEP] or [UNK].</exception>
    public static WordPieceTokenizer FromVocabulary(string path, bool isCased = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FromVocabulary(path, ModelFile.ReadBytes(path, AnyFile), isCased);
    }

    internal static WordPieceTokenizer FromVocabulary(string path, byte[] bytes, bool isCased)
        => new(VocabularyFile.Read(path, bytes), new BertRules(!isCased, !isCased, SeparatesIdeographs: true));

    private protected override EncodedText EncodeAll(ReadOnlySpan<char> text, Span<long> ids)
    {
        Span<char> word = stackalloc char[WordPieceEncoder.WordCapacity];
        Span<int> pieces = stackalloc int[WordPieceEncoder.MaxWordLength];
        return new WordPieceEncoder(_vocabulary, _table, ids, word, pieces).Encode(text);
    }
}
