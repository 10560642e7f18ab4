using Dataflow.Texts;

namespace Dataflow.Tests.Texts;

/// <summary>Texts of records on their way to another worker lie in one array of their batch, or have bytes of their own.</summary>
public class BatchTextsTests
{
    [Fact]
    public void Texts_keep_their_bytes_while_the_array_grows()
    {
        var batch = new BatchTexts();
        var texts = Enumerable.Range(0, 3_000).Select(number => batch.Take(new($"text {number}"))).ToList();

        Assert.All(texts.Index(), static text => Assert.Equal($"text {text.Index}", $"{text.Item}"));
        Assert.All(texts, static text => Assert.False(text.IsKept));
    }

    [Fact]
    public void A_text_without_room_has_bytes_of_its_own()
    {
        var batch = new BatchTexts();
        var first = batch.Take(new(new string('a', BatchTexts.MaxBytes - 3)));
        var second = batch.Take("four");
        var third = batch.Take("two");

        batch.End();

        Assert.Equal("four", $"{second}");
        Assert.True(second.IsKept);
        Assert.Throws<InvalidOperationException>(() => first.Span.Length);
        Assert.Throws<InvalidOperationException>(() => third.Span.Length);
    }

    [Fact]
    public void Texts_of_an_ended_batch_throw_also_when_the_array_is_used_again()
    {
        var batch = new BatchTexts();
        var ended = batch.Take("one");
        batch.End();
        var next = batch.Take("two");

        Assert.Equal("two", $"{next}");
        Assert.Throws<InvalidOperationException>(() => ended.Span.Length);
    }
}
