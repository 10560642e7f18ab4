namespace Dataflow.Tests.Texts;

/// <summary>Equal texts of an interned member are one string.</summary>
public class InternedTests
{
    [Fact]
    public void Equal_texts_are_one_string_and_others_their_own()
    {
        string?[] words = ["chrome", "firefox", "chrome", "", "a", "a", "né", "né", null, new('x', 65), new('x', 65), "12345678",
            "12345678", "1234567890middle-a12345678", "1234567890middle-b12345678"];

        var read = words.Select(word => Read(new Browser(word, word))).ToList();

        Assert.Equal(words, read.Select(static browser => browser.Name));
        Assert.Same(read[0].Name, read[2].Name);
        Assert.NotSame(read[0].Plain, read[2].Plain);
        Assert.Same(read[4].Name, read[5].Name);
        Assert.Same(read[11].Name, read[12].Name);
        Assert.NotSame(read[9].Name, read[10].Name); // too long to be remembered
    }

    [Fact]
    public void More_texts_than_are_remembered_come_back_right_on_several_threads()
        => Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 20_000; i++) Assert.Equal($"name-{i % 3000}", Read(new Browser($"name-{i % 3000}", "")).Name);
        });

    private static Browser Read(Browser value)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        Serde<Browser>.Default.Write(value, bytes);
        return Serde<Browser>.Default.Read(bytes.WrittenMemory);
    }
}

[DataflowRecord]
public sealed record Browser([property: Interned] string? Name, string? Plain);
