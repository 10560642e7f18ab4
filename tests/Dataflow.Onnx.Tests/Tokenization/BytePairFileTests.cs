using System.Text.Json.Nodes;

namespace Dataflow.Onnx.Tests.Tokenization;

public sealed class BytePairFileTests : IDisposable
{
    // <s> 0, <pad> 1, </s> 2, <unk> 3, a 4, b 5, a space 6, ab 7, a behind a space 8, <mask> 9
    private readonly TemporaryFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("", new long[0])]
    [InlineData("ab", new long[] { 7 })]
    [InlineData("a b ab", new long[] { 4, 6, 5, 6, 7 })]
    [InlineData("aab abab", new long[] { 4, 7, 6, 7, 7 })]
    [InlineData("xyz a", new long[] { 8 })]
    [InlineData("a  <mask> b<s>", new long[] { 4, 9, 6, 5, 0 })]
    public void A_small_vocabulary_gives_the_ids_of_the_reference_which_leaves_out_what_it_does_not_have(string text, long[] ids)
        => Assert.Equal([0, .. ids, 2], Changed().Encode(text));

    [Theory]
    [InlineData(false, new long[] { 3, 3, 3, 8 })]
    [InlineData(true, new long[] { 3, 8 })]
    public void What_it_does_not_have_is_unknown_where_the_file_says_so(bool fuses, long[] ids)
    {
        var tokenizer = Changed(json => json["model"]!["unk_token"] = "<unk>", json => json["model"]!["fuse_unk"] = fuses);

        Assert.Equal([0, .. ids, 2], tokenizer.Encode("xyz a"));
    }

    [Fact]
    public void An_older_file_does_not_say_its_type_and_writes_pairs_as_text()
    {
        var tokenizer = Changed(
            json => json["model"]!.AsObject().Remove("type"), json => json["model"]!["merges"] = new JsonArray("a b", "Ġ a"));

        Assert.Equal([0, 7, 8, 2], tokenizer.Encode("ab a"));
    }

    [Fact]
    public void A_template_says_what_begins_and_ends_a_text()
    {
        var tokenizer = Changed(json => json["post_processor"] = JsonNode.Parse(
            """
            {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<mask>"}},{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"<unk>"}}],
            "special_tokens":{"<mask>":{"ids":[9]},"<unk>":{"ids":[3]}}}
            """));

        Assert.Equal([9, 4, 3], tokenizer.Encode("a"));
    }

    [Fact]
    public void Tokens_that_are_found_as_written_are_looked_for_before_the_others()
    {
        // <mask> takes the spaces before it, so that none is left for a token of two spaces.
        var tokenizer = Changed(json => json["added_tokens"]!.AsArray().Add(JsonNode.Parse(
            """{"id":10,"content":"  ","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":false}""")));

        Assert.Equal([0, 4, 10, 4, 9, 2], tokenizer.Encode("a  a  <mask>"));
    }

    [Theory]
    [InlineData("normalizer", """{"type":"NFKC"}""", "normalizer.type is NFKC, only NFC is supported.")]
    [InlineData("pre_tokenizer.type", "\"Metaspace\"", "pre_tokenizer.type is Metaspace, only ByteLevel is supported.")]
    [InlineData("pre_tokenizer.add_prefix_space", "true", "pre_tokenizer.add_prefix_space is true, only null is supported.")]
    [InlineData("pre_tokenizer.use_regex", "false", "pre_tokenizer.use_regex is false, only true is supported.")]
    [InlineData("model.dropout", "0.1", "model.dropout is 0.1, only null is supported.")]
    [InlineData("model.byte_fallback", "true", "model.byte_fallback is true, only null is supported.")]
    [InlineData("model.ignore_merges", "true", "model.ignore_merges is true, only null is supported.")]
    [InlineData("model.continuing_subword_prefix", "\"##\"", "model.continuing_subword_prefix is ##, only null is supported.")]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix is </w>, only null is supported.")]
    [InlineData("post_processor.type", "\"ByteLevel\"", "post_processor.type is ByteLevel, only TemplateProcessing is supported.")]
    [InlineData("added_tokens.4.rstrip", "true", "added_tokens['<mask>'].rstrip is true, only false is supported.")]
    [InlineData("added_tokens.4.single_word", "true", "added_tokens['<mask>'].single_word is true, only false is supported.")]
    public void What_it_would_not_do_is_refused(string setting, string value, string fault)
    {
        var error = Assert.Throws<ModelException>(() => Changed(json => Set(json, setting.Split('.'), value)));

        Assert.StartsWith($"Tokenizer '{_directory["tokenizer.json"]}': {fault} ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.merges", """[["a","x"]]""")]
    [InlineData("model.merges", """[["a","b"],["a","b"]]""")]
    [InlineData("model.merges", """["a"]""")]
    [InlineData("model.vocab", """{"a":1,"b":1}""")]
    [InlineData("model.unk_token", "\"none\"")]
    public void What_does_not_fit_together_is_refused(string setting, string value)
    {
        var error = Assert.Throws<ModelException>(() => Changed(json => Set(json, setting.Split('.'), value)));

        Assert.StartsWith($"Tokenizer '{_directory["tokenizer.json"]}': it cannot be read (", error.Message, StringComparison.Ordinal);
    }

    private static void Set(JsonNode json, string[] path, string value)
    {
        foreach (var name in path[..^1]) json = int.TryParse(name, out var at) ? json[at]! : json[name]!;
        json[path[^1]] = JsonNode.Parse(value);
    }

    private TextTokenizer Changed(params Action<JsonNode>[] changes)
    {
        RobertaTokenizer.WriteTinyTo(_directory);
        var file = _directory["tokenizer.json"];
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        foreach (var change in changes) change(json);
        File.WriteAllText(file, json.ToJsonString());
        return TextTokenizer.FromJson(file);
    }
}
