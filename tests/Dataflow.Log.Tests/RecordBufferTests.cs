using System.Buffers.Binary;

namespace Dataflow.Log.Tests;

public class RecordBufferTests
{
    [Fact]
    public void Encodes_a_batch_as_Kafka_does()
    {
        using var buffer = new RecordBuffer();
        buffer.Append(1_700_000_000_000, "k"u8, "value"u8);
        buffer.Append(1_700_000_000_005, "no key"u8);
        buffer.AppendTombstone(1_699_999_999_999, "k"u8);
        var batch = Assert.Single(buffer.Seal());
        Assert.Equal(
            "0000000000000000" + "00000053" + "00000000" + "02" + Checksum(batch) + "0000" + "00000002" + "0000018bcfe56800"
                + "0000018bcfe56805"
            + "ffffffffffffffff" + "ffff" + "ffffffff" + "00000003"
            + "18" + "00" + "00" + "00" + "02" + "6b" + "0a" + "76616c7565" + "00"
            + "18" + "00" + "0a" + "02" + "01" + "0c" + "6e6f206b6579" + "00"
            + "0e" + "00" + "01" + "04" + "02" + "6b" + "01" + "00",
            Convert.ToHexStringLower(batch.Bytes));
    }

    [Fact]
    public void Checks_everything_after_the_checksum()
    {
        using var buffer = Records.Buffer("value");
        var batch = Assert.Single(buffer.Seal());
        Assert.Equal(Crc32C.Compute(batch.Bytes[21..]), BinaryPrimitives.ReadUInt32BigEndian(batch.Bytes[17..]));
    }

    [Fact]
    public void Starts_a_new_batch_at_a_mebibyte()
    {
        using var buffer = new RecordBuffer();
        for (var count = 0; count < 5; count++) buffer.Append(0, new byte[300_000]);
        Assert.Equal([3, 2], buffer.Seal().Select(batch => batch.Count));
        Assert.All(buffer.Seal(), batch => Assert.True(batch.Length <= 1 << 20));
        Assert.Equal(5, buffer.Count);
        Assert.Equal(buffer.Seal().Sum(batch => batch.Length), buffer.Bytes);
    }

    [Fact]
    public void Gives_a_large_record_a_batch_of_its_own()
    {
        using var buffer = new RecordBuffer();
        buffer.Append(0, "small"u8);
        buffer.Append(0, new byte[5 << 20]);
        buffer.Append(0, "small"u8);
        Assert.Equal([1, 1, 1], buffer.Seal().Select(batch => batch.Count));
    }

    [Fact]
    public void Refuses_a_record_beyond_the_largest_batch()
    {
        using var buffer = new RecordBuffer();
        var error = Assert.Throws<RecordTooLargeException>(() => buffer.Append(0, new byte[16 << 20]));
        Assert.Contains("16777216", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, buffer.Count);
    }

    [Fact]
    public void Encodes_headers_as_Kafka_does()
    {
        using var buffer = new RecordBuffer();
        buffer.Append(0, "k"u8, "v"u8, [new("a", new byte[] { 7 }), new("b")]);
        var batch = Assert.Single(buffer.Seal());
        Assert.Equal("1e" + "00" + "00" + "00" + "02" + "6b" + "02" + "76" + "04" + "02" + "61" + "02" + "07" + "02" + "62" + "01",
            Convert.ToHexStringLower(batch.Bytes[BatchHeader.Size..]));
    }

    [Fact]
    public void Takes_headers_that_end_early_or_late_for_damage()
    {
        RecordHeader[] headers = [new("a", new byte[] { 7 }), new("b")];
        var bytes = new byte[RecordHeaders.SizeOf(headers)];
        RecordHeaders.Write(bytes, headers);
        Assert.True(RecordHeaders.AreWellFormed(bytes));
        for (var length = 0; length < bytes.Length; length++) Assert.False(RecordHeaders.AreWellFormed(bytes.AsMemory(0, length)));
        Assert.False(RecordHeaders.AreWellFormed((byte[])[.. bytes, 0]));
        Assert.False(RecordHeaders.AreWellFormed((byte[])[1]));
    }

    [Fact]
    public void Counts_headers_among_the_bytes_of_a_record_that_is_too_large()
    {
        using var buffer = new RecordBuffer();
        Assert.Throws<RecordTooLargeException>(() => buffer.Append(0, "v"u8, [new("h", new byte[16 << 20])]));
        Assert.Equal(0, buffer.Count);
    }

    [Fact]
    public void Refuses_a_header_name_that_UTF8_cannot_hold()
        => Assert.ThrowsAny<ArgumentException>(() => new RecordHeader("half a pair \ud800"));

    private static string Checksum(EncodedBatch batch) => Convert.ToHexStringLower(batch.Bytes[17..21]);

    [Fact]
    public async Task A_batch_of_single_records_keeps_the_gaps_between_their_offsets()
    {
        await using var log = LogStore.Open("elsewhere", new() { Durability = Durability.Memory });
        await log.CreateTopicAsync("any", 1, TestContext.Current.CancellationToken);
        using var reader = log.OpenReader("any", 0, 0);
        using var builder = new BatchBuilder();
        for (var batch = 0; batch < 2; batch++)
        {
            builder.Clear();
            foreach (var offset in (long[])[5, 9, 12]) builder.Add(offset + batch, timestamp: 1, key: null, value: "v"u8.ToArray());
            var built = builder.Build(reader, position: 6);

            var offsets = new List<long>();
            foreach (var record in built) offsets.Add(record.Offset);
            Assert.Equal(batch == 0 ? [9, 12] : [6, 10, 13], offsets);
            Assert.Equal((5 + batch, 12 + batch, 3), (built.BaseOffset, built.LastOffset, built.Count));
            var checksum = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(built.Bytes.Span[17..]);
            Assert.Equal(BatchHeader.ChecksumOf(built.Bytes.Span), checksum);
        }
    }
}
