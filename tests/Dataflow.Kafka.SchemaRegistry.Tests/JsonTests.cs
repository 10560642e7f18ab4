using System.Text.Json;
using System.Text.Json.Nodes;
using Confluent.SchemaRegistry;

namespace Dataflow.Kafka.Tests;

/// <summary>JSON under a schema, in and out, beside Confluent's own serializers.</summary>
public sealed class JsonTests(SharedNode shared) : IDisposable
{
    private readonly TestRegistry _registry = new();

    private KafkaNode Node => shared.Node;

    private SchemaRegistry Registry => new(_registry.Url);

    [Fact]
    public async Task Values_of_Confluents_serializer_are_read_and_written_so_that_its_deserializer_reads_them()
    {
        var (from, to) = (Node.CreateTopic(), Node.CreateTopic());
        using var foreign = new Foreign(Node, _registry);
        foreign.WriteJson(from, Visits());

        await Runs.WriteAsync(Sink.Kafka(to, Node.Cluster, Registry.Json<Visit>()), [.. await ReadAsync(from)]);

        Assert.Equal(Visits(), foreign.ReadJson<Visit>(to));
    }

    [Fact]
    public async Task The_schema_is_made_of_the_type_as_its_options_write_it()
    {
        var topic = Node.CreateTopic();
        await Runs.WriteAsync(Sink.Kafka(topic, Node.Cluster, Registry.Json<Visit>(JsonSerializerOptions.Web)), Visits());

        var expected = JsonNode.Parse(
            """
            {"$schema":"http://json-schema.org/draft-07/schema#","title":"Visit","type":"object","properties":{
              "page":{"type":"string"},"ms":{"type":["string","integer"],"pattern":"^-?(?:0|[1-9]\\d*)$"},
              "user":{"type":["string","null"]}},"required":["page","ms","user"],"additionalProperties":false}
            """);
        var schema = _registry.SchemaOf($"{topic}-value");
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(schema)), schema);
    }

    [Fact]
    public async Task Values_can_be_written_under_the_latest_schema_of_the_subject()
    {
        const string Schema = """{"type":"object"}""";
        var topic = Node.CreateTopic();
        _registry.Register($"{topic}-value", """{"type":"string"}""", "JSON");
        var id = _registry.Register($"{topic}-value", Schema, "JSON");
        var registry = Registry.With("json.serializer.use.latest.version", "true");

        await Runs.WriteAsync(Sink.Kafka(topic, Node.Cluster, registry.Json<Visit>()), Visits());

        var bytes = await Runs.ReadAsync(Source.Kafka<byte[]>(topic, Node.Cluster, stopAtEnd: true));
        Assert.All(bytes, value => Assert.Equal([0, 0, 0, 0, (byte)id], value[..5]));
        Assert.Equal(Schema, _registry.SchemaOf($"{topic}-value"));
    }

    public void Dispose() => _registry.Dispose();

    private static Visit[] Visits() => [new("tea", 5_000_000_000, "ada"), new("cups", 0, null)];

    private Task<IReadOnlyList<Visit>> ReadAsync(string topic)
        => Runs.ReadAsync(Source.Kafka(topic, Node.Cluster, Registry.Json<Visit>(), stopAtEnd: true));

    public sealed record Visit(string Page, long Ms, string? User);
}
