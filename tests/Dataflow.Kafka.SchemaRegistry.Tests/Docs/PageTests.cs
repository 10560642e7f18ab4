namespace Dataflow.Kafka.Tests.Docs;

/// <summary>The programs of the manual's page, the README and the comments.</summary>
public class PageTests
{
    [Fact]
    public void Serdes_of_a_registry_go_where_serdes_go()
    {
        const string url = "http://localhost:8081", login = "shop:a-secret";
        var kafka = new KafkaCluster("localhost:9092");
        var registry = new SchemaRegistry(url);
        registry = registry
            .With("schema.registry.basic.auth.user.info", login)
            .With("avro.serializer.auto.register.schemas", "false");

        var pipeline = new Pipeline("shop");
        pipeline.From(Source.Kafka("clicks", kafka, registry.Avro<Click>()))
            .Select(click => new Visit(click.Page, click.User ?? "nobody"))
            .To(Sink.Kafka("visits", kafka, visit => visit.User, registry.Json<Visit>(), registry.Avro<string>()));

        Assert.Contains("kafka:visits", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    private sealed record Visit(string Page, string User);
}
