using System.Text.Json;
using Dataflow.Extensibility;

namespace Dataflow.Tests.Texts;

/// <summary>A text behaves like the string that it is, without one being made.</summary>
public class Utf8Tests
{
    public static TheoryData<string> Words { get; } = ["", "a", "/home", "ß€", "\uD83D\uDE00", "x\0y", new string('m', 300),
        new string('ü', 300)];

    [Theory]
    [MemberData(nameof(Words))]
    public void Text_and_string_say_the_same(string word)
    {
        Utf8 text = word;

        Assert.Equal(word, text.ToString());
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(word), text.Span.ToArray());
        Assert.Equal(text, new Utf8(text.Span));
        Assert.Equal(text.GetHashCode(), new Utf8(text.Span).GetHashCode());
        Assert.True(text == (Utf8)word && text == text.Span && !(text != text.Span));
        Assert.Equal(word.Length == 0, text.IsEmpty);
        Assert.Equal($"<{word}>", $"<{text}>");
    }

    [Fact]
    public void Order_is_that_of_code_points()
    {
        Utf8[] texts = ["b", "", "aa", "\uE000", "a", "\uD83D\uDE00", "é"];

        Assert.Equal(["", "a", "aa", "b", "é", "\uE000", "\uD83D\uDE00"], texts.Order().Select(static text => text.ToString()));
        Assert.True(texts[4] < texts[0] && texts[0] > texts[4] && texts[1] <= texts[4] && texts[0] >= texts[4]);
    }

    [Fact]
    public void Parts_are_found_and_parsed()
    {
        Utf8 text = "/product/0042/view";

        Assert.True(text.StartsWith("/product/"u8) && text.EndsWith("/view"u8) && text.Contains("42"u8) && !text.Contains("43"u8));
        Assert.Equal(42, text[9..13].Parse<int>());
        Assert.Equal("view", text[^4..].ToString());
        Assert.True(text[9..13].TryParse<long>(out var number) && number == 42);
        Assert.False(text.TryParse<long>(out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => text[5..19]);
        Assert.Throws<ArgumentOutOfRangeException>(() => text.Slice(-1, 1));
    }

    [Fact]
    public void Json_has_strings_and_names_of_members()
    {
        var given = new Dictionary<Utf8, Utf8> { ["key \"1\""] = "é\n", ["b"] = "" };

        var json = JsonSerializer.Serialize(given);

        var strings = given.ToDictionary(static pair => pair.Key.ToString(), static pair => pair.Value.ToString());
        Assert.Equal(JsonSerializer.Serialize(strings), json);
        Assert.Equal(given, JsonSerializer.Deserialize<Dictionary<Utf8, Utf8>>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Utf8>("12"));
    }

    [Fact]
    public void A_text_of_a_batch_that_has_ended_throws_and_a_kept_one_does_not()
    {
        var lease = TextLease.For<Utf8>("..text.."u8.ToArray())!;
        var text = new Utf8(lease, 2, 4);
        var (kept, part) = (text.Keep(), text[1..3]);
        Assert.Equal("text", text.ToString());
        Assert.Equal(kept, kept.Keep());

        lease.End();

        Assert.Equal("text", kept.ToString());
        Assert.Contains("Keep()", Assert.Throws<InvalidOperationException>(() => text.ToString()).Message);
        Assert.Throws<InvalidOperationException>(() => part.Equals(kept));
        Assert.Throws<InvalidOperationException>(() => text.GetHashCode());
    }
}
