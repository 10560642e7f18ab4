using System.IO.Compression;
using System.Text;

namespace Dataflow.Tests.Connectors;

public class JsonLinesSourceTests : SourceContract<JsonLinesSourceTests.Speech>
{
    protected override IReadOnlyList<Speech> Expected { get; } = [new(1, "Zürich"), new(2, null), new(3, "c"), new(4, "d")];

    protected override Source<Speech> Create() => Source.JsonLines<Speech>(Folder.Write("a.jsonl",
        "\uFEFF{\"id\":1,\"text\":\"Zürich\"}\r\n\n {\"ID\":2}\n{\"id\":3,\"text\":\"c\",\"more\":[1]}\n\t\n{\"id\":4,\"text\":\"d\"}"));

    [Fact]
    public void Reads_a_compressed_file_with_lines_longer_than_its_buffer()
    {
        Speech[] speeches = [.. Enumerable.Range(0, 50).Select(i => new Speech(i, new string('x', i * 5_000)))];
        using (var file = new StreamWriter(new GZipStream(File.Create(Folder["a.jsonl.gz"]), CompressionLevel.Optimal)))
            foreach (var speech in speeches) file.WriteLine($"{{\"id\":{speech.Id},\"text\":\"{speech.Text}\"}}");

        var source = Source.JsonLines<Speech>(Folder["a.jsonl.gz"]);

        Assert.Equal(speeches, Read(source).Select(r => r.Value));
        Assert.Equal(speeches[48..], Read(source, 48).Select(r => r.Value));
    }

    [Fact]
    public void Says_which_file_is_missing() => Assert.Equal(
        "File 'none.jsonl': it does not exist. Relative paths start at the program's current directory; correct the path.",
        ErrorOf(() => Source.JsonLines<Speech>(Folder["none.jsonl"])));

    [Fact]
    public void Says_line_and_member_of_a_wrong_value_but_not_what_it_is() => Assert.Equal(
        "Source 'a.jsonl' could not read a.jsonl@1 as Speech: line 2, byte 14 ($.id): the text is not JSON for that type. Correct "
        + "the record or the type that it is read as, then start the job again.",
        ErrorOf(() => Source.JsonLines<Speech>(Folder.Write("a.jsonl", "{\"id\":1}\n{\"id\":\"secret\"}\n"))));

    [Fact]
    public void Says_which_line_is_not_JSON() => Assert.Equal(
        "Source 'a.jsonl' could not read a.jsonl@0 as Speech: line 1, byte 0: the text is not JSON for that type. Correct the "
        + "record or the type that it is read as, then start the job again.",
        ErrorOf(() => Source.JsonLines<Speech>(Folder.Write("a.jsonl", "secret\n"))));

    [Fact]
    public void Says_which_line_is_null() => Assert.Contains(
        "a.jsonl@0 as Speech: line 1 is null. Correct",
        ErrorOf(() => Source.JsonLines<Speech>(Folder.Write("a.jsonl", "null\n"))));

    [Fact]
    public void Says_that_compressed_data_ends_too_early()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.NoCompression, leaveOpen: true))
            for (var i = 0; i < 100; i++) gzip.Write(Encoding.UTF8.GetBytes($"{{\"id\":{i}}}\n"));
        File.WriteAllBytes(Folder["a.jsonl.gz"], compressed.ToArray()[..^300]);

        Assert.StartsWith(
            "File 'a.jsonl.gz': it was cut off, or something else follows it; ",
            ErrorOf(() => Source.JsonLines<Speech>(Folder["a.jsonl.gz"])));
    }

    [Fact]
    public void Says_which_line_is_too_long()
    {
        File.WriteAllBytes(Folder["a"], [.. "a\n"u8, .. new byte[200_000]]);
        using var lines = new LineReader(File.OpenRead(Folder["a"]), "a", maxLineBytes: 100_000);
        Assert.True(lines.TryRead(out _));
        Assert.Equal("Line 2 is longer than 100000 bytes", Assert.Throws<InvalidDataException>(() => lines.TryRead(out _)).Message);
    }

    public record Speech(int Id, string? Text);
}
