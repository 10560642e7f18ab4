using System.Text.Json.Nodes;

namespace Dataflow.Onnx.Tests.Tokenization;

public sealed class TokenizerFileTests : IDisposable
{
    private static readonly string s_cased = TestFiles.Golden("cased-tokenizer.json");

    private readonly TemporaryFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_cased_tokenizer_gives_the_ids_of_the_reference_for_every_golden_text()
    {
        var tokenizer = TextTokenizer.FromJson(s_cased);

        var wrong = TestFiles.Texts.Zip(TestFiles.CasedIds)
            .Where(golden => !tokenizer.Encode(golden.First.Text).SequenceEqual(golden.Second));

        Assert.Equal(2_000, TestFiles.CasedIds.Length);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Small_letters_with_their_accents_are_the_reference_s()
    {
        var tokenizer = Changed(json => json["normalizer"]!["lowercase"] = true, json => json["normalizer"]!["strip_accents"] = false);

        Assert.All(TestFiles.OtherRules, golden => Assert.Equal(golden.Lower, tokenizer.Encode(TestFiles.Texts[golden.Line].Text)));
    }

    [Fact]
    public void Capitals_without_accents_and_words_of_ideographs_are_the_reference_s()
    {
        var tokenizer = Changed(
            json => json["normalizer"]!["strip_accents"] = true,
            json => json["normalizer"]!["handle_chinese_chars"] = false,
            json => json["post_processor"] = JsonNode.Parse("""{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}"""));

        Assert.All(TestFiles.OtherRules, golden => Assert.Equal(golden.Strip, tokenizer.Encode(TestFiles.Texts[golden.Line].Text)));
    }

    [Fact]
    public void The_tokenizers_of_all_shared_models_give_the_ids_of_their_goldens()
    {
        var models = SharedFolder.Find("models");

        foreach (var model in Directory.EnumerateDirectories(models).Where(model => File.Exists(Path.Combine(model, "tokenizer.json"))))
        {
            var tokenizer = TextTokenizer.FromJson(Path.Combine(model, "tokenizer.json"));
            var byVocabulary = WordPieceTokenizer.FromVocabulary(Path.Combine(model, "vocab.txt"));
            foreach (var line in File.ReadLines(Path.Combine(model, "tokens.jsonl")))
            {
                var golden = System.Text.Json.JsonSerializer.Deserialize<GoldenText>(line, System.Text.Json.JsonSerializerOptions.Web)!;
                Assert.Equal(golden.Ids, tokenizer.Encode(golden.Text));
                Assert.Equal(golden.Ids, byVocabulary.Encode(golden.Text));
            }
        }
    }

    [Fact]
    public void A_cased_vocabulary_gives_what_its_tokenizer_json_gives()
    {
        var vocabulary = JsonNode.Parse(File.ReadAllText(s_cased))!["model"]!["vocab"]!.AsObject();
        File.WriteAllLines(_directory["vocab.txt"], vocabulary.Select(piece => piece.Key));
        var tokenizer = WordPieceTokenizer.FromVocabulary(_directory["vocab.txt"], isCased: true);

        Assert.Equal(TestFiles.CasedIds[300..600], TestFiles.Texts[300..600].Select(golden => tokenizer.Encode(golden.Text)));
    }

    [Fact]
    public void Of_several_special_tokens_in_one_place_the_longest_counts()
    {
        var tokenizer = Changed(json =>
        {
            foreach (var (content, id) in new[] { ("<a", 7000), ("<a>", 7001) })
            {
                json["added_tokens"]!.AsArray().Add(JsonNode.Parse(
                    $$"""{"id":{{id}},"content":"{{content}}","single_word":false,"lstrip":false,"rstrip":false"""
                    + ""","normalized":false,"special":true}"""));
            }
        });

        Assert.Equal([2, 7001, 7000, 7001, 3], tokenizer.Encode("<a> <a<a>"));
    }

    [Theory]
    [InlineData("model.type", "\"Unigram\"", "model.type is Unigram, only WordPiece or BPE is supported.")]
    [InlineData("pre_tokenizer.type", "\"Metaspace\"", "pre_tokenizer.type is Metaspace, only BertPreTokenizer is supported.")]
    [InlineData("normalizer", "null", "normalizer.type is missing, only BertNormalizer is supported.")]
    [InlineData("normalizer.clean_text", "false", "normalizer.clean_text is false, only true is supported.")]
    [InlineData("model.max_input_chars_per_word", "200", "model.max_input_chars_per_word is 200, only 100 is supported.")]
    [InlineData("post_processor.type", "\"ByteLevel\"", "post_processor.type is ByteLevel, only TemplateProcessing is supported.")]
    [InlineData("post_processor.single", "[]", "post_processor.single is another template, only [CLS] $A [SEP] is supported.")]
    public void Other_tokenizers_are_refused(string setting, string value, string fault)
    {
        var error = Assert.Throws<ModelException>(() => Changed(json => Set(json, setting.Split('.'), value)));

        Assert.Equal(
            $"Tokenizer '{_directory["tokenizer.json"]}': {fault} Tokenizers of BERT (WordPiece) and RoBERTa models (byte-level BPE) "
                + "can be read; "
            + "give texts of other models their vectors elsewhere.",
            error.Message);
    }

    [Fact]
    public void A_token_that_is_looked_for_after_normalization_is_refused()
    {
        var error = Assert.Throws<ModelException>(() => Changed(json => json["added_tokens"]![1]!["normalized"] = true));

        Assert.Contains("added_tokens['[UNK]'].normalized is true, only false is supported", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    public void What_is_no_tokenizer_is_refused(string content)
    {
        File.WriteAllText(_directory["tokenizer.json"], content);

        var error = Assert.Throws<ModelException>(() => TextTokenizer.FromJson(_directory["tokenizer.json"]));

        Assert.StartsWith($"Tokenizer '{_directory["tokenizer.json"]}': ", error.Message, StringComparison.Ordinal);
    }

    private static void Set(JsonNode json, string[] path, string value)
    {
        foreach (var name in path[..^1]) json = json[name]!;
        json[path[^1]] = JsonNode.Parse(value);
    }

    private TextTokenizer Changed(params Action<JsonNode>[] changes)
    {
        var json = JsonNode.Parse(File.ReadAllText(s_cased))!;
        foreach (var change in changes) change(json);
        File.WriteAllText(_directory["tokenizer.json"], json.ToJsonString());
        return TextTokenizer.FromJson(_directory["tokenizer.json"]);
    }
}
