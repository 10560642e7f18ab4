using Dataflow.Log;

namespace Dataflow.Kafka.Tests;

/// <summary>The forms of values are kept on Kafka, where all processes find them.</summary>
public sealed class TopicSchemaTests(SharedNode shared)
{
    [Fact]
    public async Task What_one_process_has_written_another_is_compared_with_until_the_topic_is_made_anew()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var topic = $"orders-{Guid.NewGuid():n}";
        await using var first = await Members.ConnectAsync(shared.Node);
        await using var second = await Members.ConnectAsync(shared.Node);
        await WriteAsync(first, "one", new Old.Order(1, 5));
        await WriteAsync(second, "two", new Wider.Order(long.MaxValue, 5));
        Assert.Contains(
            $"topic '{topic}': member 'Delay' was written as a whole number of 32 bits, and is written as text here",
            (await Assert.ThrowsAsync<PlanException>(() => WriteAsync(first, "three", new Other.Order(1, "5")))).Message,
            StringComparison.Ordinal);

        shared.Node.DeleteTopic(topic);
        shared.Node.CreateTopic(topic, 1);
        await using var third = await Members.ConnectAsync(shared.Node);
        await WriteAsync(third, "four", new Other.Order(1, "5"));

        Task WriteAsync<T>(KafkaLog log, string name, T value)
        {
            var pipeline = new Pipeline($"{name}-{topic}");
            pipeline.From(Source.Of([value])).To(Topic.Of<T>(topic, partitions: 1));
            return pipeline.RunAsync(new() { Log = log, Workers = 1 }, cancelled);
        }
    }

    private static class Old
    {
        public sealed record Order(int Id, int Delay);
    }

    private static class Wider
    {
        public sealed record Order(long Id, int Delay);
    }

    private static class Other
    {
        public sealed record Order(int Id, string Delay);
    }
}
