using System.Text.Json;

namespace Dataflow.Onnx.Tokenization;

/// <summary>Reads the description of a BERT tokenizer in a <c>tokenizer.json</c>.</summary>
internal static class WordPieceFile
{
    public static WordPieceTokenizer Read(TokenizerFile file)
    {
        file.Demand("pre_tokenizer.type", "BertPreTokenizer");
        file.Demand("model.max_input_chars_per_word", $"{WordPieceEncoder.MaxWordLength}");
        return new WordPieceTokenizer(ReadVocabulary(file), ReadRules(file));
    }

    private static BertRules ReadRules(TokenizerFile file)
    {
        file.Demand("normalizer.type", "BertNormalizer");
        file.Demand("normalizer.clean_text", "true");
        var normalizer = file.Root.GetProperty("normalizer");
        var lowerCases = normalizer.GetProperty("lowercase").GetBoolean();
        var strips = normalizer.GetProperty("strip_accents");
        return new BertRules(
            lowerCases,
            strips.ValueKind == JsonValueKind.Null ? lowerCases : strips.GetBoolean(),
            normalizer.GetProperty("handle_chinese_chars").GetBoolean());
    }

    private static Vocabulary ReadVocabulary(TokenizerFile file)
    {
        var model = file.Root.GetProperty("model");
        var prefix = model.GetProperty("continuing_subword_prefix").GetString()!;
        var starts = new Dictionary<string, int>(StringComparer.Ordinal);
        var continuations = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var piece in model.GetProperty("vocab").EnumerateObject())
        {
            var isContinuation = piece.Name.StartsWith(prefix, StringComparison.Ordinal) && piece.Name.Length > prefix.Length;
            if (isContinuation) continuations[piece.Name[prefix.Length..]] = piece.Value.GetInt32();
            else starts[piece.Name] = piece.Value.GetInt32();
        }

        var (first, last) = file.ReadEnds();
        var unknown = model.GetProperty("unk_token").GetString()!;
        return new Vocabulary(starts, continuations)
        {
            First = first,
            Last = last,
            Unknown = starts.TryGetValue(unknown, out var id) ? id : throw file.Lacks(unknown),
            Padding = file.ReadPadding(),
            Specials = new(ReadSpecials(file)),
        };
    }

    private static IEnumerable<SpecialToken> ReadSpecials(TokenizerFile file)
    {
        foreach (var (token, rules) in file.ReadSpecials())
        {
            // Spaces beside a token, which lstrip and rstrip remove, make no tokens anyway.
            file.Refuse(token, rules, "normalized");
            yield return token;
        }
    }
}
