using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dataflow.Onnx.Tokenization;

namespace Dataflow.Onnx.Tests.Tokenization;

/// <summary>A code point between two letters becomes the words that the reference makes of it, whatever the rules.</summary>
public class ReferenceCharactersTests
{
    // All but surrogates, private-use code points and planes where there is nothing.
    private static readonly int[] s_codePoints =
        [.. Range(0x1, 0xD7FF), .. Range(0xF900, 0x1FFFF), .. Range(0x20000, 0x323AF), .. Range(0xE0000, 0xE01EF)];

    private static readonly Lazy<Vocabulary> s_vocabulary = new(MakeVocabulary);

    /// <summary>With the hash of the reference's answers, a line for each code point: its number, and the words.</summary>
    [Theory]
    [InlineData("uncased", "00b7d5ba9feb707037fbe3af5427e24094542e4b15261fc94e87179832fbc721")]
    [InlineData("cased", "c76df9f81f2ca85c711031eb80e8d5656aea2c4caaf1e7b35a2fbfcbcc399281")]
    [InlineData("lower", "1014a18332e6e2ccd8a2e3f1b1629921630e2ce1add940484e9a7ff1ab493a8c")]
    [InlineData("strip", "eca847b4f6e908b4c57029bf68698c32ccab5b4cee50e5ab5fbfbfbb28bc6cbf")]
    public void Every_code_point_is_to_the_tokenizer_what_it_is_to_the_reference(string rules, string sha256)
    {
        var tokenizer = TokenizerOf(rules);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var value in s_codePoints)
            hash.AppendData(Encoding.UTF8.GetBytes($"{value:X}\t{string.Join('|', WordsOf(tokenizer, value))}\n"));

        Assert.Equal(sha256, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Theory]
    [InlineData("uncased")]
    [InlineData("cased")]
    [InlineData("lower")]
    [InlineData("strip")]
    public void So_are_those_that_are_younger_than_the_Unicode_of_the_reference(string rules)
    {
        var tokenizer = TokenizerOf(rules);
        var goldens = File.ReadLines(TestFiles.Golden("young-characters.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();

        Assert.Equal(647, goldens.Count);
        Assert.All(goldens, golden => Assert.Equal(
            golden.GetProperty(rules).EnumerateArray().Select(word => word.GetString()!),
            WordsOf(tokenizer, Convert.ToInt32(golden.GetProperty("codePoint").GetString(), 16))));
    }

    private static IEnumerable<int> Range(int first, int last) => Enumerable.Range(first, last - first + 1);

    private static WordPieceTokenizer TokenizerOf(string rules)
        => new(s_vocabulary.Value, new BertRules(rules is "uncased" or "lower", rules is "uncased" or "strip", SeparatesIdeographs: true));

    /// <summary>Each code point as a piece: an even id where it begins a word, the next one where it goes on with one.</summary>
    private static Vocabulary MakeVocabulary() => new(
        s_codePoints.ToDictionary(char.ConvertFromUtf32, value => 2 * value),
        s_codePoints.ToDictionary(char.ConvertFromUtf32, value => (2 * value) + 1))
    {
        First = 0, Last = 0, Unknown = 0, Padding = 0, Specials = new([]),
    };

    private static List<string> WordsOf(WordPieceTokenizer tokenizer, int value)
    {
        var words = new List<string>();
        foreach (var id in tokenizer.Encode($"x{char.ConvertFromUtf32(value)}y")[1..^1])
        {
            if (id % 2 == 0) words.Add("");
            words[^1] += char.ConvertFromUtf32((int)id / 2);
        }

        return words;
    }
}
