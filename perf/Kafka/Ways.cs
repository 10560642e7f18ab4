using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Dataflow.Kafka;
using Dataflow.Log;

namespace Dataflow.Perf.Kafka;

/// <summary>The ways of writing and reading records of 100 bytes with keys of four.</summary>
internal sealed class Ways(string brokers, int records)
{
    private const int Partitions = 4;
    private const int TransactionBytes = 32 << 20;

    private readonly byte[][] _values =
        [.. Enumerable.Range(0, records).Select(i => (byte[])[.. BitConverter.GetBytes(i), .. new byte[96]])];
    private int _last;

    public async Task<string> CreateTopicAsync()
    {
        var topic = $"perf-{Environment.ProcessId}-{++_last}";
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = Partitions }]);
        return topic;
    }

    public async Task DeleteTopicsAsync(params string[] topics)
    {
        using var admin = Admin();
        await admin.DeleteTopicsAsync(topics);
    }

    /// <summary>Confluent.Kafka's producer, in transactions as large as the sink's.</summary>
    public Cost Producer(string topic) => Measured(() =>
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(Settings(
            ("transactional.id", "perf"), ("partitioner", "murmur2_random"), ("queue.buffering.max.messages", "1000000"))).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        producer.BeginTransaction();
        var bytes = 0;
        foreach (var value in _values)
        {
            Produce(producer, topic, new() { Key = value[..4], Value = value });
            if ((bytes += value.Length) < TransactionBytes) continue;
            producer.CommitTransaction();
            producer.BeginTransaction();
            bytes = 0;
        }

        producer.CommitTransaction();
    });

    /// <summary>The sink, with its outbox on disk; from the start of the job until all is in Kafka.</summary>
    public async Task<Cost> SinkAsync(string topic)
    {
        var directory = Directory.CreateTempSubdirectory("perf-kafka-").FullName;
        var pipeline = new Pipeline("perf");
        pipeline.From(Source.Of(_values, "values")).To(Sink.Kafka(topic, new KafkaCluster(brokers), (byte[] value) => value[..4]));
        var cost = await Cost.OfAsync(records, () => pipeline.RunAsync(new JobOptions { Directory = directory }));
        Directory.Delete(directory, recursive: true);
        return cost;
    }

    /// <summary>One consumer of Confluent.Kafka for all partitions, on one thread, with the source's settings.</summary>
    public Cost Consumer(string topic) => Measured(() =>
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(Settings(
            ("group.id", "perf"), ("isolation.level", "read_committed"), ("enable.partition.eof", "true"), ("enable.auto.commit", "false"),
            ("fetch.queue.backoff.ms", "10"), ("fetch.wait.max.ms", "20"))).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, 0)));
        for (var ended = 0; ended < Partitions;)
        {
            if (consumer.Consume(1000) is { IsPartitionEOF: true }) ended++;
        }
    });

    /// <summary>The source, on one worker.</summary>
    public async Task<Cost> SourceAsync(string topic)
    {
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        var pipeline = new Pipeline("perf");
        pipeline.From(Source.Kafka<byte[]>(topic, new KafkaCluster(brokers), stopAtEnd: true))
            .Where(value => value.Length == 0).To(Sink.Memory<byte[]>());
        return await Cost.OfAsync(records, () => pipeline.RunAsync(new JobOptions { Log = log, Workers = 1 }));
    }

    private static void Produce(IProducer<byte[], byte[]> producer, string topic, Message<byte[], byte[]> message)
    {
        while (true)
        {
            try
            {
                producer.Produce(topic, message);
                return;
            }
            catch (ProduceException<byte[], byte[]> error) when (error.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Flush(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    private Cost Measured(Action run) => Cost.OfAsync(records, () =>
    {
        run();
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    private IAdminClient Admin() => new AdminClientBuilder(Settings()).Build();

    private Dictionary<string, string> Settings(params (string Name, string Value)[] settings)
        => new(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))) { ["bootstrap.servers"] = brokers };
}
