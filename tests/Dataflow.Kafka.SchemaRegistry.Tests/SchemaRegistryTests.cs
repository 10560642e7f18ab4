namespace Dataflow.Kafka.Tests;

/// <summary>Settings and types are checked where a serde is made; no registry is needed.</summary>
public class SchemaRegistryTests
{
    private static readonly SchemaRegistry s_registry = new("http://registry:8081");

    [Theory]
    [InlineData("schema.registry.url")]
    [InlineData("avro.serializer.use.latest.version")]
    [InlineData("json.serializer.validate")]
    [InlineData("bootstrap.servers")]
    public void A_setting_that_serdes_here_do_not_have_is_named(string setting)
        => Assert.Contains(
            $"Schema registry 'http://registry:8081', setting '{setting}': there is none of that name",
            Assert.Throws<ConnectorException>(() => s_registry.With(setting, "a-secret")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("schema.registry.max.retriess", "1", "Unknown configuration parameter schema.registry.max.retriess")]
    [InlineData("schema.registry.max.retries", "a-secret", "schema.registry.max.retries must be an integer")]
    [InlineData("schema.registry.basic.auth.user.info", "a-secret", "must be of the form 'username:password'")]
    [InlineData("schema.registry.ssl.ca.location", "/nowhere/ca.pem", "'/nowhere/ca.pem'")]
    [InlineData("avro.serializer.auto.register.schemas", "a-secret", "Use true or false")]
    [InlineData("avro.serializer.subject.name.strategy", "a-secret", "Use Topic, Record or TopicRecord")]
    [InlineData("avro.serializer.subject.name.strategy", "Associated", "Use Topic, Record or TopicRecord")]
    public void A_value_that_is_not_allowed_is_named_and_a_secret_not_repeated(string setting, string value, string expected)
    {
        var error = Assert.Throws<ConnectorException>(() => s_registry.With(setting, value).Avro<string>());

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_is_one_of_HTTP_and_holds_no_password()
    {
        Assert.Contains("http://HOST:PORT", Assert.Throws<ConnectorException>(() => new SchemaRegistry("registry:8081")).Message);
        var error = Assert.Throws<ConnectorException>(() => new SchemaRegistry("http://a,https://ann:a-secret@registry"));
        Assert.Contains("schema.registry.basic.auth.user.info", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_without_a_schema_of_Avro_is_named()
        => Assert.Contains(
            "Type Version: it has no schema of Avro",
            Assert.Throws<ConnectorException>(() => s_registry.Avro<Version>()).Message, StringComparison.Ordinal);

    [Fact]
    public void Nothing_is_written_apart_from_topics_of_Kafka()
    {
        foreach (var serde in new[] { s_registry.Avro<string>(), s_registry.Json<string>() })
        {
            var error = Assert.Throws<ConnectorException>(() => serde.Write("x", new System.Buffers.ArrayBufferWriter<byte>()));
            Assert.Contains("Give the serde to sources and sinks of Kafka only", error.Message, StringComparison.Ordinal);
        }
    }
}
