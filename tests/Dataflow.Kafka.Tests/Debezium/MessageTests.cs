using System.Text.Json;
using Confluent.Kafka;

namespace Dataflow.Kafka.Tests.Debezium;

/// <summary>Debezium's messages, one by one.</summary>
public class MessageTests(SharedNode shared)
{
    private KafkaNode Node => shared.Node;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_operation_is_a_change_with_the_row_before_where_there_is_one(bool hasSchema)
    {
        var changes = await ReadAsync<int>(hasSchema,
            ("""{"id":1}""", """{"before":null,"after":{"id":1,"unit_price":"1.50"},"source":{"op":"x"},"op":"r"}"""),
            ("""{"id":2}""", """{"op":"c","before":null,"after":{"id":2,"unit_price":2.5},"source":{}}"""),
            ("""{"id":1}""", """{"before":{"id":1,"unit_price":"1.50"},"after":{"id":1,"unit_price":"3"},"op":"u"}"""),
            ("""{"id":2}""", """{"before":null,"after":{"id":2,"unit_price":"4"},"op":"u"}"""),
            ("""{"id":1}""", """{"before":{"id":1,"unit_price":"3"},"after":null,"op":"d"}"""),
            ("""{"id":1}""", null),
            ("""{"id":2}""", """{"before":{"id":2,"unit_price":null},"after":null,"op":"d"}"""));

        Assert.Equal(
            [
                new(1, Change<Product>.Insert(new(1, 1.5m))), new(2, Change<Product>.Insert(new(2, 2.5m))),
                new(1, Change<Product>.Update(new(1, 1.5m), new(1, 3))), new(2, Change<Product>.Insert(new(2, 4))),
                new(1, Change<Product>.Delete(new(1, 3))), new(1, Change<Product>.Delete(default!)),
                new(2, Change<Product>.Delete(default!)), // of the key's columns only
            ],
            changes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_of_several_columns_is_read_as_a_record(bool hasSchema)
    {
        var changes = await ReadAsync<Key>(hasSchema, ("""{"shop_id":7,"id":1}""", """{"after":{"id":1,"unit_price":1},"op":"c"}"""));

        Assert.Equal([new Key(7, 1)], changes.Select(change => change.Key));
    }

    [Fact]
    public async Task A_message_that_is_no_change_is_an_error_of_the_record_with_the_reason()
    {
        const string Id = """{"id":1}""", Row = """{"after":{"id":1,"unit_price":1},"op":"c"}""";
        (string? Key, string Value, string Expected)[] messages =
        [
            (Id, """{"before":null,"after":null,"op":"t"}""", "The table was truncated"),
            (null, """{"before":null,"after":null,"op":"t"}""", "The table was truncated"),
            (Id, """{"ts_ms":1796003977345}""", "no change of a row"),
            (Id, """{"id":1,"unit_price":"1"}""", "no change of a row"),
            (Id, """{"after":null,"op":"c"}""", "no change of a row"),
            (Id, "[]", "no change of a row"),
            (Id, "x", "invalid start of a value"),
            (Id, """{"after":{"id":1,"price":"1"},"op":"c"}""", "missing required properties including: 'unit_price'"),
            (Id, """{"after":{"id":1,"unit_price":"AJY="},"op":"c"}""", "$.unit_price"),
            (Id, """{"after":{"id":1,"unit_price":1,"text":"__debezium_unavailable_value"},"op":"u"}""", "REPLICA IDENTITY FULL"),
            (Id, """{"after":{"id":1,"unit_price":1,"picture":"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=="},"op":"u"}""", "REPLICA IDENTITY"),
            ("""{"shop_id":7,"id":1}""", Row, "The key is of several columns"),
            (null, Row, "The record has no key"),
        ];
        using var log = Runs.OpenLog();

        var changes = await ReadAsync<int>(
            hasSchema: false, log,
            [.. messages.Select(message => (message.Key, message.Value)), (Id, Row)]);

        Assert.Equal([new(1, Change<Product>.Insert(new(1, 1)))], changes);
        var letters = Topic.Of<DeadLetter>("read.dead-letters").ReadAll(log).ToList();
        Assert.Equal(Enumerable.Range(0, messages.Length), letters.Select(letter => (int)letter.Position));
        Assert.All(messages.Zip(letters), pair => Assert.Contains(pair.First.Expected, pair.Second.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_column_that_a_change_does_not_have_is_no_fault_where_the_row_has_no_place_for_it()
    {
        var changes = await ReadAsync<int>(
            hasSchema: false, ("""{"id":1}""", """{"after":{"id":1,"unit_price":1,"notes":"__debezium_unavailable_value"},"op":"u"}"""));

        Assert.Equal([new(1, Change<Product>.Insert(new(1, 1)))], changes);
    }

    [Fact]
    public async Task Rows_are_read_with_the_options_that_are_given()
    {
        var topic = Node.CreateTopic();
        Write(topic, hasSchema: false, ("""{"Id":1}""", """{"after":{"Id":1,"UnitPrice":1},"op":"c"}"""));

        var changes = await Runs.ReadAsync(
            Source.Debezium<int, Product>(topic, Node.Cluster, JsonSerializerOptions.Default, stopAtEnd: true));

        Assert.Equal(new(1, 1), Assert.Single(changes).Value.New);
    }

    private Task<IReadOnlyList<Keyed<TKey, Change<Product>>>> ReadAsync<TKey>(bool hasSchema, params (string?, string?)[] messages)
        => ReadAsync<TKey>(hasSchema, log: null, messages);

    private Task<IReadOnlyList<Keyed<TKey, Change<Product>>>> ReadAsync<TKey>(
        bool hasSchema, Dataflow.Log.LogStore? log, params (string?, string?)[] messages)
    {
        var topic = Node.CreateTopic();
        Write(topic, hasSchema, messages);
        return Runs.ReadAsync(
            Source.Debezium<TKey, Product>(topic, Node.Cluster, stopAtEnd: true), log, log is null ? null : ErrorPolicy.DeadLetter(100));
    }

    private void Write(string topic, bool hasSchema, params (string? Key, string? Value)[] messages)
    {
        Node.Write(
            topic, messages.Select(message => new Message<string?, string?> { Key = With(message.Key), Value = With(message.Value) }));

        string? With(string? payload)
            => payload is null || !hasSchema ? payload : $"{{\"schema\":{{\"payload\":{{\"op\":\"t\"}}}},\"payload\":{payload}}}";
    }

    private sealed record Key(int ShopId, int Id);

    private sealed record Product(int Id, decimal UnitPrice, string? Text = null, byte[]? Picture = null);
}
