using System.IO.Compression;
using CsCheck;

namespace Dataflow.Tests.Connectors;

public sealed class GzipInputTests : IDisposable
{
    private static readonly byte[] Text = [
        .. Enumerable.Range(0, 20_000).SelectMany(i => System.Text.Encoding.UTF8.GetBytes($"{{\"id\":{i}}}\n"))];

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.NoCompression)]
    public void Refuses_a_file_that_is_cut_anywhere(CompressionLevel level)
    {
        var whole = Compress(Text, level);
        var cuts = Enumerable.Range(0, 40).Concat(Enumerable.Range(whole.Length - 40, 40)).Concat([whole.Length / 2, whole.Length / 3]);
        foreach (var cut in cuts) Assert.Throws<ConnectorException>(() => Read(whole[..cut]));
        Assert.Equal(Text, Read(whole));
    }

    [Fact]
    public void Reads_all_members_and_refuses_the_last_where_it_is_cut()
    {
        byte[] two = [
            .. Compress(Text.AsSpan(0, 9), CompressionLevel.Optimal), .. Compress([], CompressionLevel.Optimal),
            .. Compress(Text.AsSpan(9), CompressionLevel.Optimal)];
        Assert.Equal(Text, Read(two));
        Assert.Throws<ConnectorException>(() => Read(two[..^1]));
        Assert.Throws<ConnectorException>(() => Read(two[..60]));
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0x1f })]
    [InlineData(new byte[] { 0x1f, 0x8b })]
    [InlineData(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 })]
    public void Refuses_what_is_not_gzip_behind_the_last_member(byte[] garbage)
        => Assert.Throws<ConnectorException>(() => Read([.. Compress(Text, CompressionLevel.Optimal), .. garbage]));

    [Fact]
    public void Gives_the_very_text_or_refuses_the_file_whichever_byte_is_damaged()
    {
        var whole = Compress(Text.AsSpan(0, 2000), CompressionLevel.Optimal);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte[1, 255]).Sample((at, change) =>
        {
            var damaged = whole.ToArray();
            damaged[at] ^= change;
            try
            {
                return Read(damaged).SequenceEqual(Text.AsSpan(0, 2000).ToArray()); // a name or a time in the header may be any
            }
            catch (ConnectorException)
            {
                return true;
            }
        });
    }

    [Fact]
    public void Names_the_file_and_what_to_do()
    {
        File.WriteAllBytes(_folder["a.jsonl.gz"], Compress(Text, CompressionLevel.Optimal)[..^5]);
        Assert.Equal(
            $"File 'a.jsonl.gz': it was cut off, or something else follows it; {Text.Length} bytes came out of it before. Fetch it again; "
                + "'gzip "
            + "-t' says whether it is whole.",
            _folder.Anonymous(Assert.Throws<ConnectorException>(() => Reads.All(Source.JsonLines<Row>(_folder["a.jsonl.gz"]))).Message));
    }

    [Fact]
    public void Makes_no_row_of_what_stands_before_the_cut()
    {
        var whole = Compress(Text, CompressionLevel.Optimal);
        File.WriteAllBytes(_folder["a.jsonl.gz"], whole[..(whole.Length / 2)]);
        using var reader = Source.JsonLines<Row>(_folder["a.jsonl.gz"])
            .Open(new SourceSplit(0, 0, "a", null), 0, new SourceContext(null!, TimeProvider.System));
        var (records, read) = (new Record<Row>[20_000], 0);
        Assert.Throws<ConnectorException>((Action)ReadAll);
        Assert.InRange(read, 1_000, 19_000);
        Assert.Equal(Enumerable.Range(0, read), records.Take(read).Select(record => record.Value.Id));

        void ReadAll()
        {
            while (read < records.Length) read += reader.Read(records.AsSpan(read, 1));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Read(byte[] compressed)
    {
        using var gzip = new GzipInput(new MemoryStream(compressed), "a.gz");
        using var text = new MemoryStream();
        gzip.CopyTo(text);
        return text.ToArray();
    }

    private static byte[] Compress(ReadOnlySpan<byte> bytes, CompressionLevel level)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, level, leaveOpen: true)) gzip.Write(bytes);
        return compressed.ToArray();
    }

    public record Row(int Id);
}
