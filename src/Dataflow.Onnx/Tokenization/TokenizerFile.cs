using System.Text.Json;

namespace Dataflow.Onnx.Tokenization;

/// <summary>Reads the <c>tokenizer.json</c> of Hugging Face, as far as it describes a supported tokenizer.</summary>
/// <remarks>Settings that the tokenizer would not follow are refused. Its <c>truncation</c> and <c>padding</c> are ignored: they are the
/// caller's.</remarks>
internal sealed class TokenizerFile
{
    private readonly string _path;

    private TokenizerFile(string path, JsonElement root) => (_path, Root) = (path, root);

    public JsonElement Root { get; }

    /// <param name="path">The path of the file, for errors.</param>
    /// <param name="bytes">The content of the file.</param>
    public static TextTokenizer Read(string path, byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var file = new TokenizerFile(path, document.RootElement);
            return file.ReadType() switch
            {
                "WordPiece" => WordPieceFile.Read(file),
                "BPE" => BytePairFile.Read(file),
                var other => throw file.Other("model.type", other, "WordPiece or BPE"),
            };
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw ModelException.NotATokenizer(path, cause);
        }
    }

    /// <summary>Reads the ids that begin and end every text.</summary>
    public (int First, int Last) ReadEnds()
    {
        var processor = Root.GetProperty("post_processor");
        switch (Find("post_processor.type"))
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

    /// <summary>Reads the tokens that are never split, with all their settings.</summary>
    public IEnumerable<(SpecialToken Token, JsonElement Rules)> ReadSpecials()
    {
        foreach (var rules in Root.GetProperty("added_tokens").EnumerateArray())
        {
            var token = new SpecialToken(
                rules.GetProperty("content").GetString()!, rules.GetProperty("id").GetInt32(), rules.GetProperty("lstrip").GetBoolean());
            Refuse(token, rules, "single_word");
            yield return (token, rules);
        }
    }

    /// <summary>Reads the id of the padding token; 0 where there is none.</summary>
    public int ReadPadding() => ReadSpecials().FirstOrDefault(special => special.Token.Text is "[PAD]" or "<pad>").Token?.Id ?? 0;

    /// <summary>Refuses a setting with another value than the tokenizer's.</summary>
    public void Demand(string path, string expected)
    {
        var found = Find(path);
        if (found != expected) throw Other(path, found, expected);
    }

    /// <summary>Refuses a setting unless it changes nothing: it is missing, null, false or empty.</summary>
    public void DemandNothing(string path)
    {
        var found = Find(path);
        if (found is not ("missing" or "null" or "false" or "")) throw Other(path, found, "null");
    }

    /// <summary>Refuses a special token with a rule.</summary>
    public void Refuse(SpecialToken token, JsonElement rules, string rule)
    {
        if (rules.GetProperty(rule).GetBoolean()) throw Other($"added_tokens['{token.Text}'].{rule}", "true", "false");
    }

    public ModelException Other(string path, string found, string expected) =>
        ModelException.OtherTokenizer(_path, path, found, expected);

    public ModelException Lacks(string token) => ModelException.VocabularyLacks(_path, token);

    private static int IdOf(JsonElement processor, JsonElement token)
    {
        var name = token.GetProperty("SpecialToken").GetProperty("id").GetString()!;
        return processor.GetProperty("special_tokens").GetProperty(name).GetProperty("ids")[0].GetInt32();
    }

    /// <summary>Reads the type of the model; older files do not name it.</summary>
    private string ReadType() => Find("model.type") is not "missing" and var type
        ? type
        : Root.GetProperty("model").TryGetProperty("merges", out _) ? "BPE" : "WordPiece";

    private string Find(string path)
    {
        var found = Root;
        foreach (var name in path.Split('.'))
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found)) return "missing";

        return found.ValueKind == JsonValueKind.String ? found.GetString()! : found.GetRawText();
    }
}
