using Avro.Generic;

namespace Dataflow.Kafka.Tests;

/// <summary>Avro, in and out, beside Confluent's own serializers.</summary>
public sealed class AvroTests(SharedNode shared) : IDisposable
{
    private readonly TestRegistry _registry = new();

    private KafkaNode Node => shared.Node;

    private SchemaRegistry Registry => new(_registry.Url);

    [Fact]
    public async Task Classes_of_Confluents_serializer_are_read_and_written_so_that_its_deserializer_reads_them()
    {
        var (from, to) = (Node.CreateTopic(), Node.CreateTopic());
        using var foreign = new Foreign(Node, _registry);
        foreign.WriteAvro(from, Clicks());

        await Runs.WriteAsync(Sink.Kafka(to, Node.Cluster, Registry.Avro<Click>()), [.. await ReadAsync<Click>(from)]);

        Assert.Equal(Clicks().Select(Text), foreign.ReadAvro<Click>(to).Select(Text));
        Assert.Equal([$"{from}-value", $"{to}-value"], _registry.Subjects);
    }

    [Fact]
    public async Task Generic_records_keep_their_schema_and_may_be_of_several()
    {
        var (from, to) = (Node.CreateTopic(), Node.CreateTopic());
        using var foreign = new Foreign(Node, _registry);
        GenericRecord[] records = [OlderClick(), NewerClick(), OlderClick()];
        foreign.WriteAvro(from, records);

        await Runs.WriteAsync(Sink.Kafka(to, Node.Cluster, Registry.Avro<GenericRecord>()), [.. await ReadAsync<GenericRecord>(from)]);

        Assert.Equal(records, foreign.ReadAvro<GenericRecord>(to));
    }

    [Fact]
    public async Task Values_of_older_and_newer_schemas_become_those_of_the_class()
    {
        var topic = Node.CreateTopic();
        using var foreign = new Foreign(Node, _registry);
        foreign.WriteAvro(topic, OlderClick(), NewerClick());
        foreign.WriteAvro(topic, Clicks());

        var clicks = await ReadAsync<Click>(topic);

        Assert.Equal(["old 7 [] ", "new 8 [a b] ann", .. Clicks().Select(Text)], clicks.Select(Text));
    }

    [Fact]
    public async Task Keys_and_plain_values_have_schemas_too_and_a_table_keeps_its_tombstones()
    {
        var topic = Node.CreateTopic(1, ("cleanup.policy", "compact"));
        Keyed<string, Change<long>>[] changes =
            [new("tea", Change<long>.Insert(1)), new("cups", Change<long>.Insert(-5_000_000_000)), new("tea", Change<long>.Delete(1))];

        await Runs.WriteAsync(Sink.KafkaTable(topic, Node.Cluster, Registry.Avro<string>(), Registry.Avro<long>()), changes);
        var read = await Runs.ReadAsync(
            Source.KafkaTable(topic, Node.Cluster, Registry.Avro<string>(), Registry.Avro<long>(), stopAtEnd: true));

        Assert.Equal([("tea", true), ("cups", true), ("tea", false)], read.Select(change => (change.Key, change.Value.HasNew)));
        Assert.Equal(-5_000_000_000, read[1].Value.New);
        Assert.Equal("""{"type":"string"}""", _registry.SchemaOf($"{topic}-key"));
        Assert.Equal("""{"type":"long"}""", _registry.SchemaOf($"{topic}-value"));
    }

    [Fact]
    public async Task Keys_that_are_selected_and_whole_records_are_of_the_registry_too()
    {
        var (first, second) = (Node.CreateTopic(), Node.CreateTopic());
        var (keys, values) = (Registry.Avro<string>(), Registry.Avro<Click>());

        await Runs.WriteAsync(Sink.Kafka(first, Node.Cluster, click => click.Page, values, keys), Clicks());
        var records = await Runs.ReadAsync(Source.KafkaRecords(first, Node.Cluster, keys, values, stopAtEnd: true));
        await Runs.WriteAsync(Sink.KafkaRecords(second, Node.Cluster, keys, values), [.. records]);
        var again = await Runs.ReadAsync(Source.KafkaRecords(second, Node.Cluster, keys, values, stopAtEnd: true));

        Assert.Equal(Clicks().Select(click => (click.Page, Text(click))), again.Select(record => (record.Key!, Text(record.Value!))));
        Assert.Equal(new[] { first, second }.SelectMany(topic => new[] { $"{topic}-key", $"{topic}-value" }), _registry.Subjects);
    }

    [Fact]
    public async Task A_schema_that_takes_types_from_other_subjects_is_read()
    {
        const string Page = """{"type":"record","name":"Page","namespace":"shop","fields":[{"name":"Title","type":"string"}]}""";
        const string Visit = """{"type":"record","name":"Visit","namespace":"shop","fields":[{"name":"Page","type":"shop.Page"}]}""";
        var topic = Node.CreateTopic();
        using var foreign = new Foreign(Node, _registry);
        _registry.Register("pages", Page);
        var id = await foreign.Client.RegisterSchemaAsync(
            "visits", new Confluent.SchemaRegistry.Schema(Visit, [new("shop.Page", "pages", 1)], Confluent.SchemaRegistry.SchemaType.Avro));
        foreign.WriteBytes(topic, [0, 0, 0, 0, (byte)id, 6, .. "tea"u8]);

        var visit = Assert.Single(await ReadAsync<GenericRecord>(topic));

        Assert.Equal("tea", ((GenericRecord)visit["Page"])["Title"]);
    }

    [Theory]
    [InlineData("Record", "Dataflow.Kafka.Tests.Click")]
    [InlineData("TopicRecord", "{0}-Dataflow.Kafka.Tests.Click")]
    public async Task Subjects_are_named_as_the_strategy_says(string strategy, string subject)
    {
        var topic = Node.CreateTopic();
        var registry = Registry.With("avro.serializer.subject.name.strategy", strategy);

        await Runs.WriteAsync(Sink.Kafka(topic, Node.Cluster, registry.Avro<Click>()), Clicks());

        Assert.Equal([string.Format(null, subject, topic)], _registry.Subjects);
    }

    [Fact]
    public async Task A_schema_that_may_not_be_registered_must_be_there()
    {
        var topic = Node.CreateTopic();
        var sink = Sink.Kafka(
            topic, Node.Cluster, Registry.With("avro.serializer.auto.register.schemas", "false").Avro<Click>());

        var error = await Assert.ThrowsAsync<ConnectorException>(() => Runs.WriteAsync(sink, Clicks()));
        Assert.Contains($"subject '{topic}-value': it refused", error.Message, StringComparison.Ordinal);
        Assert.Contains("Register the schema", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);

        _registry.Register($"{topic}-value", Click.TheSchema.ToString());
        await Runs.WriteAsync(sink, Clicks());
        Assert.Equal(Clicks().Select(Text), (await ReadAsync<Click>(topic)).Select(Text));
    }

    [Fact]
    public async Task The_registry_is_asked_once_for_a_schema_and_not_for_each_record()
    {
        var topic = Node.CreateTopic(4);
        var click = Clicks()[0];
        await Runs.WriteAsync(Sink.Kafka(topic, Node.Cluster, Registry.Avro<Click>()), [.. Enumerable.Repeat(click, 2_000)]);
        Assert.Equal([$"POST subjects/{topic}-value/versions"], _registry.Requests);

        Assert.Equal(2_000, (await ReadAsync<Click>(topic)).Count);
        Assert.Equal(["GET schemas/ids/1"], _registry.Requests.Skip(1));
    }

    public void Dispose() => _registry.Dispose();

    private static Click[] Clicks()
        => [new() { Page = "tea", Ms = 5_000_000_000, Tags = ["x", "y"], User = "ada" }, new() { Page = "cups" }];

    private static GenericRecord OlderClick() => Foreign.Record(Click.Older, ("Page", "old"), ("Ms", 7));

    private static GenericRecord NewerClick()
    {
        var click = Foreign.Record(Click.Newer, ("Page", "new"), ("Ms", 8L), ("Tags", new[] { "a", "b" }), ("User", "ann"));
        var session = new GenericRecord((Avro.RecordSchema)((Avro.RecordSchema)click.Schema)["Session"].Schema);
        session.Add("Id", "s1");
        session.Add("Steps", new Dictionary<string, object> { ["one"] = 1.5, ["two"] = 2.5 });
        click.Add("Session", session);
        return click;
    }

    private static string Text(Click click) => click.ToString();

    private Task<IReadOnlyList<T>> ReadAsync<T>(string topic)
        => Runs.ReadAsync(Source.Kafka(topic, Node.Cluster, Registry.Avro<T>(), stopAtEnd: true));
}
