using System.Text;

namespace Dataflow.Log.Tests;

public class KafkaPartitionerTests
{
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Hashes_as_Kafka_does(string key, int hash)
        => Assert.Equal(hash, (int)KafkaPartitioner.Hash(Encoding.UTF8.GetBytes(key)));

    [Theory]
    [InlineData("foobar", 10, (-790332482 & 0x7fffffff) % 10)]
    [InlineData("abc", 7, 479470107 % 7)]
    [InlineData("", 1, 0)]
    public void Puts_a_key_where_Kafka_does(string key, int partitions, int expected)
        => Assert.Equal(expected, KafkaPartitioner.Partition(Encoding.UTF8.GetBytes(key), partitions));

    [Fact]
    public void Needs_a_partition()
        => Assert.Throws<ArgumentOutOfRangeException>(() => KafkaPartitioner.Partition("key"u8, 0));
}
