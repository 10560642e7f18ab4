using Dataflow.Features;
using Dataflow.Operations;
using static Dataflow.Kafka.Tests.Members;

namespace Dataflow.Kafka.Tests;

/// <summary>Features of entities that several processes have.</summary>
public sealed class SharedFeaturesTests(SharedNode shared)
{
    private static readonly DateTimeOffset s_end = DateTimeOffset.UnixEpoch.AddSeconds(SharedViews.Events);

    private KafkaNode Node => shared.Node;

    [Fact]
    public async Task Each_entity_is_read_in_the_process_that_has_it_and_others_say_where_that_is()
    {
        var (from, expected) = (Node.CreateTopic(6), await InOneProcessAsync());
        await using var first = await ConnectAsync(Node);
        await using var second = await ConnectAsync(Node);
        var asked = new[] { SharedViews.Of(from), SharedViews.Of(from) };
        var jobs = await Task.WhenAll(
            StartAsync(asked[0].Pipeline, first, new Uri("http://first:6566")), StartAsync(asked[1].Pipeline, second));
        await UntilSharedAsync(jobs);
        var readers = jobs.Zip(asked, static (job, views) => job.Read(views.Service)).ToList();
        Node.Write(from, Enumerable.Range(0, SharedViews.Events).Select(static i => $"{i}"));
        await UntilAsync(() => AnswersOf(readers[0]).Count + AnswersOf(readers[1]).Count == SharedViews.Entities, jobs);
        await UntilAsync(() => AnswersOf(readers[0]).Concat(AnswersOf(readers[1])).Order().SequenceEqual(expected), jobs);

        var elsewhere = Enumerable.Range(0, SharedViews.Entities).Select(entity => ErrorOf(readers[1], entity))
            .OfType<KeyElsewhereException>().ToList();
        Assert.NotEmpty(elsewhere);
        var process = $"{Environment.MachineName}/{Environment.ProcessId}";
        Assert.All(elsewhere, error => Assert.Equal((process, new Uri("http://first:6566")), (error.Process, error.Address)));
        Assert.Equal(
            $"Pipeline 'views-{from}': {process} has the key. Ask it at http://first:6566/.", elsewhere[0].Message);
        Assert.Contains(jobs[1].Status.Processes, static process => process.Address?.Host == "first");

        await jobs[0].CancelAsync();
        await UntilAsync(() => AnswersOf(readers[1]).SequenceEqual(expected), [jobs[1]]);
        await jobs[1].CancelAsync();
    }

    private static async Task<IReadOnlyList<string>> InOneProcessAsync()
    {
        using var log = Runs.OpenLog();
        await log.CreateTopicAsync("events", 6, TestContext.Current.CancellationToken);
        await using (var writer = await log.OpenWriterAsync<int, string>(
            Topic.Of<string>("events", 6), cancellationToken: TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < SharedViews.Events; i++)
                await writer.WriteAsync(i, $"{i}", DateTimeOffset.UnixEpoch, cancellationToken: TestContext.Current.CancellationToken);
        }

        var (pipeline, service) = SharedViews.Of("events");
        await using var job = await pipeline.StartOnAsync(log);
        var reader = job.Read(service);
        await UntilAsync(
            () => job.Status.RecordsRead == SharedViews.Events && AnswersOf(reader).Count == SharedViews.Entities, [job]);
        return AnswersOf(reader);
    }

    /// <summary>What a process knows: of those entities that it has and has seen.</summary>
    private static IReadOnlyList<string> AnswersOf(FeatureReader<string> reader)
        => [.. Enumerable.Range(0, SharedViews.Entities).Select(entity => TextOf(reader, entity)).OfType<string>().Order()];

    private static string? TextOf(FeatureReader<string> reader, int entity)
    {
        try
        {
            var features = reader.Read($"e{entity}", s_end);
            return features["last"].HasValue && features["count_5m"].HasValue
                ? $"e{entity}: {features["count_5m"].As<long>()} {features["count_5m"].Status} {features["last"].As<string>()}" : null;
        }
        catch (Exception error) when (error is KeyElsewhereException or OperationCanceledException)
        {
            return null;
        }
    }

    private static Exception? ErrorOf(FeatureReader<string> reader, int entity)
        => Record.Exception(() => reader.Read($"e{entity}", s_end));

    private static Task<Job> StartAsync(Pipeline pipeline, KafkaLog log, Uri? address = null)
        => pipeline.StartAsync(
            new JobOptions
            {
                Log = log, Workers = 1, CheckpointInterval = TimeSpan.FromMilliseconds(100), AdvertisedAddress = address,
                Restarts = RestartPolicy.ExponentialDelay(5, TimeSpan.FromMilliseconds(10)),
            },
            TestContext.Current.CancellationToken);
}
