using System.Text;
using CsCheck;

namespace Dataflow.Tests.Connectors;

public sealed class CsvEncodingTests : IDisposable
{
    private const string Text = "name\nZürich\n日本\n😀\n\uFFFD and \uFFFF\n";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, bool> Encodings => new()
    {
        { "utf-8", true }, { "utf-8", false }, { "utf-16", true }, { "utf-16BE", true }, { "utf-16", false }, { "utf-32", false },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Reads_files_by_their_mark_or_by_the_encoding_that_is_given(string name, bool hasMark)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] bytes = [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(Text)];
        var (values, faults) = Read(bytes, hasMark ? new() : new CsvOptions { Encoding = encoding });
        Assert.Empty(faults);
        Assert.Equal(["Zürich", "日本", "😀", "\uFFFD and \uFFFF"], values);
    }

    [Fact]
    public void Says_which_line_is_not_of_the_encoding_and_reads_the_others()
    {
        var (values, faults) = Read(Encoding.Latin1.GetBytes("name\nZürich\n\"a\nü\"\nBern\n"), new());
        Assert.Equal(["Bern"], values);
        Assert.Equal(
            ["line 2: it is not utf-8. Name the file's encoding in CsvOptions.Encoding",
                "line 4: it is not utf-8. Name the file's encoding in CsvOptions.Encoding"],
            faults);
    }

    [Fact]
    public void Reads_such_a_file_with_the_encoding_named()
        => Assert.Equal(["Zürich"], Read(Encoding.Latin1.GetBytes("name\nZürich\n"), new CsvOptions { Encoding = Encoding.Latin1 }).Values);

    [Theory]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xF8, 0x88, 0x80, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xFF })]
    public void Refuses_bytes_that_are_no_text_wherever_they_stand(byte[] bad) => Gen.Int[0, 200_000].Sample(before =>
    {
        byte[] line = [.. Encoding.ASCII.GetBytes(new string('x', before)), .. bad];
        var (values, faults) = Read([.. "name\na\n"u8, .. line, .. "\nb\n"u8], new());
        return values.SequenceEqual(["a", "b"]) && faults.Count == 1;
    }, iter: 20, threads: 1);

    [Fact]
    public void Refuses_half_a_pair_of_UTF_16()
    {
        var (values, faults) = Read(
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("name\na\nx\nb\n").Select((b, i) => i == 15 ? (byte)0xD8 : b)], new());
        Assert.Equal(["a", "b"], values);
        Assert.Equal(["line 3: it is not utf-16. Name the file's encoding in CsvOptions.Encoding"], faults);
    }

    public void Dispose() => _folder.Dispose();

    private (IEnumerable<string> Values, List<string> Faults) Read(byte[] bytes, CsvOptions options)
    {
        File.WriteAllBytes(_folder["a.csv"], bytes);
        var (values, faults) = Reads.All(Source.Csv<City>(_folder["a.csv"], options));
        return (values.Select(city => city.Name), faults);
    }

    public record City(string Name);
}
