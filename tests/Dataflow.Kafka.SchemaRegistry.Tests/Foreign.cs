using Avro;
using Avro.Generic;
using Confluent.Kafka;
using Confluent.Kafka.SyncOverAsync;
using Confluent.SchemaRegistry;
using Confluent.SchemaRegistry.Serdes;

namespace Dataflow.Kafka.Tests;

/// <summary>Confluent's own producer, consumer and serializers.</summary>
internal sealed class Foreign(KafkaNode node, TestRegistry registry) : IDisposable
{
    private readonly CachedSchemaRegistryClient _client = new(new SchemaRegistryConfig { Url = registry.Url });

    public CachedSchemaRegistryClient Client => _client;

    public static GenericRecord Record(string schema, params (string Field, object Value)[] fields)
    {
        var record = new GenericRecord((RecordSchema)Avro.Schema.Parse(schema));
        foreach (var (field, value) in fields) record.Add(field, value);
        return record;
    }

    public void WriteAvro<T>(string topic, params IEnumerable<T> values) => Write(topic, new AvroSerializer<T>(_client), values);

    public void WriteJson<T>(string topic, params IEnumerable<T> values)
        where T : class
        => Write(topic, new JsonSerializer<T>(_client), values);

    public void WriteBytes(string topic, params IEnumerable<byte[]> values)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(Settings).Build();
        foreach (var value in values) producer.Produce(topic, new() { Value = value });
        producer.Flush();
    }

    public IReadOnlyList<T> ReadAvro<T>(string topic) => Read(topic, new AvroDeserializer<T>(_client).AsSyncOverAsync());

    public IReadOnlyList<T> ReadJson<T>(string topic)
        where T : class
        => Read(topic, new JsonDeserializer<T>(_client).AsSyncOverAsync());

    public void Dispose() => _client.Dispose();

    private Dictionary<string, string> Settings => new() { ["bootstrap.servers"] = node.Address };

    private void Write<T>(string topic, IAsyncSerializer<T> serializer, IEnumerable<T> values)
    {
        using var producer = new ProducerBuilder<Null, T>(Settings).SetValueSerializer(serializer).Build();
        foreach (var value in values) producer.ProduceAsync(topic, new() { Value = value }).GetAwaiter().GetResult();
    }

    private List<T> Read<T>(string topic, IDeserializer<T> deserializer)
    {
        var settings = new Dictionary<string, string>(Settings) { ["group.id"] = "foreign", ["enable.partition.eof"] = "true" };
        using var consumer = new ConsumerBuilder<Ignore, T>(settings).SetValueDeserializer(deserializer).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        List<T> values = [];
        while (consumer.Consume(TimeSpan.FromSeconds(30)) is { IsPartitionEOF: false } result) values.Add(result.Message.Value);
        return values;
    }
}
