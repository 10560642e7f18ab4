using System.Text;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

public sealed class ToTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Puts_each_key_into_the_partition_that_Kafkas_producers_choose(int workers)
    {
        var words = Enumerable.Range(0, 100).Select(i => $"word {i}").ToList();
        var pipeline = new Pipeline("to");
        pipeline.From(Source.Of(words)).KeyBy(word => word).Select(word => word.Length).To(Topic.Of<int>("lengths", partitions: 5));
        SimulatedJob.Start(pipeline, _log, workers).Run();

        foreach (var word in words)
        {
            var key = Encoding.UTF8.GetBytes(word);
            Assert.Contains(word, Keys("lengths", KafkaPartitioner.Partition(key, 5)));
        }

        Assert.Equal(100, Enumerable.Range(0, 5).Sum(partition => Keys("lengths", partition).Count));
    }

    /// <summary>The values are those of Kafka's own DefaultPartitioner, for partitions 10: toPositive(murmur2(key)) % 10.</summary>
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    public void Agrees_with_Kafkas_published_hashes(string key, int murmur2)
        => Assert.Equal((murmur2 & 0x7fffffff) % 10, KafkaPartitioner.Partition(Encoding.UTF8.GetBytes(key), 10));

    [Fact]
    public void Writes_number_keys_as_Kafkas_serializers_do()
    {
        var pipeline = new Pipeline("to");
        pipeline.From(Source.Of([258L])).KeyBy(x => x).To(Topic.Of<long>("numbers", partitions: 1));
        SimulatedJob.Start(pipeline, _log).Run();

        using var reader = _log.OpenReader("numbers", 0, 0);
        Assert.True(reader.TryRead(out var batch));
        foreach (var record in batch)
        {
            Assert.Equal([0, 0, 0, 0, 0, 0, 1, 2], record.Key.ToArray());
            Assert.Equal([0, 0, 0, 0, 0, 0, 1, 2], record.Value.ToArray());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Without_keys_the_records_of_a_split_stay_in_their_order(int workers)
    {
        _log.Append("numbers", Enumerable.Range(0, 200), partition: 0, partitions: 2);
        _log.Append("numbers", Enumerable.Range(1000, 200), partition: 1, partitions: 2);
        var pipeline = new Pipeline("to");
        pipeline.From(Topic.Of<int>("numbers").StopAtEnd()).To(Topic.Of<int>("copy", partitions: 3));
        SimulatedJob.Start(pipeline, _log, workers).Run();

        var copied = Topic.Of<int>("copy").ReadAll(_log).ToList();
        Assert.Equal(Enumerable.Range(0, 200), copied.Where(x => x < 1000));
        Assert.Equal(Enumerable.Range(1000, 200), copied.Where(x => x >= 1000));
    }

    [Fact]
    public void Keeps_the_partitions_of_a_topic_that_is_there()
    {
        _log.Append("results", [7], partition: 0, partitions: 2);
        var pipeline = new Pipeline("to");
        pipeline.From(Source.Of([1, 2, 3])).To(Topic.Of<int>("results", partitions: 9));
        SimulatedJob.Start(pipeline, _log).Run();

        Assert.Equal(2, _log.GetTopic("results").PartitionCount);
        Assert.Equal([1, 2, 3, 7], Topic.Of<int>("results").ReadAll(_log).Order());
    }

    [Fact]
    public void A_stream_may_go_to_several_sinks()
    {
        var first = Sink.Memory<int>("first");
        var second = Sink.Memory<int>("second");
        var pipeline = new Pipeline("to");
        var numbers = pipeline.From(Source.Of([1, 2, 3]));
        numbers.To(first);
        numbers.Where(x => x > 1).To(second);
        SimulatedJob.Start(pipeline, _log, workers: 2).Run();

        Assert.Equal([1, 2, 3], first.Committed);
        Assert.Equal([2, 3], second.Committed);
    }

    [Fact]
    public void Window_results_before_the_epoch_go_to_topics_too()
    {
        var pipeline = new Pipeline("to");
        pipeline.From(Source.Of([new Reading("a", -25, 1)])).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Window(Tumbling.Every(TimeSpan.FromMilliseconds(10))).Aggregate(a => a.Count(), (key, w, n) => $"{key} {w.StartMs} {n}")
            .To(Topic.Of<string>("counts"));
        SimulatedJob.Start(pipeline, _log).Run();

        Assert.Equal(["a -30 1"], Topic.Of<string>("counts").ReadAll(_log));
    }

    private List<string> Keys(string topic, int partition)
    {
        var keys = new List<string>();
        using var reader = _log.OpenReader(topic, partition, 0);
        while (reader.TryRead(out var batch))
        {
            foreach (var record in batch) keys.Add(Encoding.UTF8.GetString(record.Key.Span));
        }

        return keys;
    }
}
