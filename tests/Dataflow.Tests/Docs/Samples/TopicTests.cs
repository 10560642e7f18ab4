using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Dataflow.Log;

namespace Dataflow.Tests.Docs.Samples;

public sealed record Order(int Id, string Sku, decimal Price);

public class TopicTests
{
    [Fact]
    [SuppressMessage("Usage", "xUnit1051", Justification = "A page of the manual shows these lines.")]
    public async Task A_topic_is_written_and_read_without_a_pipeline()
    {
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        var orders = Topic.Of<Order>("orders", partitions: 4);

        await using var writer = await log.OpenWriterAsync<string, Order>(orders);
        await writer.WriteAsync("tea", new Order(1, "tea", 4.50m)); // completes when the record is durable
        await writer.WriteAsync("cups", new Order(2, "cups", 3.25m));

        foreach (var order in orders.ReadAll(log)) // all that is there now, partition by partition
            Assert.InRange(order.Id, 1, 2);

        await log.ConfigureTopicAsync("orders", new TopicSettings { RetentionTime = TimeSpan.FromDays(7) });
    }

    [Fact]
    public async Task A_pipeline_is_told_how_a_type_is_written()
    {
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        var pipeline = new Pipeline("export").UseSerde(Serde.Json<Order>(JsonSerializerOptions.Web));
        var asJson = Topic.Of<Order>("orders-json", serde: Serde.Json<Order>(JsonSerializerOptions.Web));

        pipeline.From(Source.Of([new Order(1, "tea", 4.50m)])).To(asJson);
        await pipeline.RunAsync(new JobOptions { Log = log }, TestContext.Current.CancellationToken);

        Assert.Equal("""{"id":1,"sku":"tea","price":4.50}""", TextOf(log, "orders-json").Single());
    }

    private static IEnumerable<string> TextOf(LogStore log, string topic)
        => from partition in Enumerable.Range(0, log.GetTopic(topic).PartitionCount)
           from text in TextOf(log, topic, partition)
           select text;

    private static List<string> TextOf(LogStore log, string topic, int partition)
    {
        var texts = new List<string>();
        using var reader = log.OpenReader(topic, partition, offset: 0);
        while (reader.TryRead(out var batch))
        {
            foreach (var record in batch) texts.Add(System.Text.Encoding.UTF8.GetString(record.Value.Span));
        }

        return texts;
    }
}
