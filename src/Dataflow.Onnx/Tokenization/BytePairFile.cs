using System.Text.Json;

namespace Dataflow.Onnx.Tokenization;

/// <summary>Reads the description of a byte-level BPE tokenizer in a <c>tokenizer.json</c>.</summary>
internal static class BytePairFile
{
    public static BytePairTokenizer Read(TokenizerFile file)
    {
        file.Demand("pre_tokenizer.type", "ByteLevel");
        foreach (var setting in (ReadOnlySpan<string>)["pre_tokenizer.add_prefix_space", "model.dropout",
            "model.byte_fallback", "model.ignore_merges", "model.continuing_subword_prefix", "model.end_of_word_suffix"])
        {
            file.DemandNothing(setting);
        }

        if (file.Root.GetProperty("pre_tokenizer").TryGetProperty("use_regex", out _)) file.Demand("pre_tokenizer.use_regex", "true");
        return new BytePairTokenizer(ReadRules(file), file.ReadEnds(), file.ReadPadding());
    }

    private static BytePairRules ReadRules(TokenizerFile file)
    {
        var composes = file.Root.GetProperty("normalizer").ValueKind != JsonValueKind.Null;
        if (composes) file.Demand("normalizer.type", "NFC");
        var specials = file.ReadSpecials().ToList();
        foreach (var (token, rules) in specials) file.Refuse(token, rules, "rstrip");
        var sought = specials.ToLookup(special => special.Rules.GetProperty("normalized").GetBoolean(), special => special.Token);
        var words = new BytePairWords(ReadMerges(file.Root.GetProperty("model")));
        return new BytePairRules(words, new SpecialTokens(sought[false]), new SpecialTokens(sought[true]), composes);
    }

    private static BytePairMerges ReadMerges(JsonElement model)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in model.GetProperty("vocab").EnumerateObject()) vocabulary[token.Name] = token.Value.GetInt32();
        return new BytePairMerges(
            vocabulary,
            model.GetProperty("merges").EnumerateArray().Select(PairOf),
            model.TryGetProperty("unk_token", out var unknown) ? unknown.GetString() : null,
            model.TryGetProperty("fuse_unk", out var fuses) && fuses.GetBoolean());
    }

    /// <summary>Reads a pair: older files write it with a space between; newer ones have an array.</summary>
    private static (string Left, string Right) PairOf(JsonElement pair)
    {
        var tokens = pair.ValueKind == JsonValueKind.Array
            ? [.. pair.EnumerateArray().Select(token => $"{token.GetString()}")]
            : pair.GetString()!.Split(' ');
        return tokens is [var left, var right] ? (left, right) : throw new FormatException($"'{pair}' is no pair");
    }
}
