using System.Text.Json;

namespace Dataflow.Onnx.Tokenization;

/// <summary>Reads the <c>tokenizer.json</c> of Hugging Face, as far as it describes a BERT tokenizer.</summary>
/// <remarks>Whatever it says that this tokenizer would not do is refused. Its <c>truncation</c> and <c>padding</c> are not
/// looked at: they are the caller's.</remarks>
internal sealed class TokenizerFile
{
    private readonly string _path;
    private readonly JsonElement _root;

    private TokenizerFile(string path, JsonElement root) => (_path, _root) = (path, root);

    /// <param name="path">Where it was read, for errors.</param>
    /// <param name="bytes">The file.</param>
    public static (Vocabulary Vocabulary, BertRules Rules) Read(string path, byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var file = new TokenizerFile(path, document.RootElement);
            return (file.ReadVocabulary(), file.ReadRules());
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw ModelException.NotATokenizer(path, cause);
        }
    }

    private BertRules ReadRules()
    {
        Demand("pre_tokenizer.type", "BertPreTokenizer");
        Demand("normalizer.type", "BertNormalizer");
        var normalizer = _root.GetProperty("normalizer");
        if (!normalizer.GetProperty("clean_text").GetBoolean()) throw Other("normalizer.clean_text", "false", "true");
        var lowerCases = normalizer.GetProperty("lowercase").GetBoolean();
        var strips = normalizer.GetProperty("strip_accents");
        return new BertRules(
            lowerCases,
            strips.ValueKind == JsonValueKind.Null ? lowerCases : strips.GetBoolean(),
            normalizer.GetProperty("handle_chinese_chars").GetBoolean());
    }

    private Vocabulary ReadVocabulary()
    {
        Demand("model.type", "WordPiece");
        Demand("model.max_input_chars_per_word", $"{WordPieceEncoder.MaxWordLength}");
        var model = _root.GetProperty("model");
        var prefix = model.GetProperty("continuing_subword_prefix").GetString()!;
        var starts = new Dictionary<string, int>(StringComparer.Ordinal);
        var continuations = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var piece in model.GetProperty("vocab").EnumerateObject())
        {
            var isContinuation = piece.Name.StartsWith(prefix, StringComparison.Ordinal) && piece.Name.Length > prefix.Length;
            if (isContinuation) continuations[piece.Name[prefix.Length..]] = piece.Value.GetInt32();
            else starts[piece.Name] = piece.Value.GetInt32();
        }

        var (first, last) = ReadEnds();
        var unknown = model.GetProperty("unk_token").GetString()!;
        return new Vocabulary(starts, continuations, ReadSpecials())
        {
            First = first,
            Last = last,
            Unknown = starts.TryGetValue(unknown, out var id) ? id : throw ModelException.VocabularyLacks(_path, unknown),
        };
    }

    private Dictionary<string, int> ReadSpecials()
    {
        var specials = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in _root.GetProperty("added_tokens").EnumerateArray())
        {
            var content = token.GetProperty("content").GetString()!;
            // Spaces beside a token, which lstrip and rstrip take away, make no tokens anyway.
            foreach (var rule in (ReadOnlySpan<string>)["single_word", "normalized"])
                if (token.GetProperty(rule).GetBoolean()) throw Other($"added_tokens['{content}'].{rule}", "true", "false");
            specials[content] = token.GetProperty("id").GetInt32();
        }

        return specials;
    }

    /// <summary>The ids that stand before and behind every text.</summary>
    private (int First, int Last) ReadEnds()
    {
        var processor = _root.GetProperty("post_processor");
        switch (TextOf(processor.GetProperty("type")))
        {
            case "BertProcessing" or "RobertaProcessing":
                return (processor.GetProperty("cls")[1].GetInt32(), processor.GetProperty("sep")[1].GetInt32());
            case "TemplateProcessing":
                var single = processor.GetProperty("single");
                if (single.GetArrayLength() == 3 && single[1].TryGetProperty("Sequence", out _))
                    return (IdOf(processor, single[0]), IdOf(processor, single[2]));
                throw Other("post_processor.single", "another template", "[CLS] $A [SEP]");
            case var other:
                throw Other("post_processor.type", other, "TemplateProcessing");
        }
    }

    private static int IdOf(JsonElement processor, JsonElement token)
    {
        var name = token.GetProperty("SpecialToken").GetProperty("id").GetString()!;
        return processor.GetProperty("special_tokens").GetProperty(name).GetProperty("ids")[0].GetInt32();
    }

    private void Demand(string path, string expected)
    {
        var found = _root;
        foreach (var name in path.Split('.'))
        {
            if (found.ValueKind == JsonValueKind.Object && found.TryGetProperty(name, out found)) continue;
            throw Other(path, "missing", expected);
        }

        if (TextOf(found) != expected) throw Other(path, TextOf(found), expected);
    }

    private static string TextOf(JsonElement value) => value.ToString();

    private ModelException Other(string path, string found, string expected) =>
        ModelException.OtherTokenizer(_path, path, found, expected);
}
