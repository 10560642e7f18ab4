using Dataflow.Onnx.Tokenization;

namespace Dataflow.Onnx;

/// <summary>The byte-level tokenizer of RoBERTa, GPT-2 and ModernBERT: words with the space before them, as UTF-8, whose bytes are merged
/// pair by pair (BPE).</summary>
/// <remarks>Nothing is dropped, so that spaces count; if the file says so, texts are composed first (NFC), which allocates unless they have
/// no character from U+0300 on; half a surrogate pair becomes U+FFFD. Special tokens such as <c>&lt;mask&gt;</c> that are written exactly
/// so in a text are the special tokens. Words of up to 32 characters are merged once and cached, 50,000 at most; a longer one is read only
/// as far as its ids have room.</remarks>
public sealed class BytePairTokenizer : TextTokenizer
{
    private readonly BytePairRules _rules;
    private readonly (int First, int Last) _ends;

    internal BytePairTokenizer(BytePairRules rules, (int First, int Last) ends, int padding)
        : base(padding)
        => (_rules, _ends) = (rules, ends);

    private protected override EncodedText EncodeAll(ReadOnlySpan<char> text, Span<long> ids)
        => new BytePairEncoder(_rules, ids).Encode(_ends.First, text, _ends.Last);
}
