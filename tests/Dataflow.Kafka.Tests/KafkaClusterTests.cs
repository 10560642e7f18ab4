namespace Dataflow.Kafka.Tests;

/// <summary>Settings are checked where a source or sink is made; no broker is needed.</summary>
public class KafkaClusterTests
{
    private static readonly KafkaCluster s_kafka = new("brokers:9092");

    [Fact]
    public void A_setting_that_librdkafka_does_not_have_is_named()
    {
        var error = Assert.Throws<ConnectorException>(() => Source.Kafka<string>("clicks", s_kafka.With("sasl.pasword", "a-secret")));

        Assert.Equal(
            "Kafka 'brokers:9092', its settings: No such configuration property: \"sasl.pasword\". See librdkafka's CONFIGURATION.md for "
            + "names and values.",
            error.Message);
    }

    [Fact]
    public void A_value_that_is_not_allowed_is_not_repeated()
    {
        var error = Assert.Throws<ConnectorException>(() => Sink.Kafka<string>("clicks", s_kafka.With("security.protocol", "a-secret")));

        Assert.Contains("the value of 'security.protocol' is not one that it may have", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("isolation.level")]
    [InlineData("transactional.id")]
    [InlineData("group.id")]
    public void What_exactly_once_depends_on_cannot_be_set(string setting)
        => Assert.Contains(
            $"setting '{setting}': exactly-once", Assert.Throws<ConnectorException>(() => s_kafka.With(setting, "x")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_cluster_does_not_change()
    {
        _ = s_kafka.With("sasl.pasword", "a-secret");

        Assert.Equal("kafka:clicks", Source.Kafka<string>("clicks", s_kafka).Name);
        Assert.Equal("Kafka 'brokers:9092'", s_kafka.With("sasl.password", "a-secret").ToString());
    }
}
