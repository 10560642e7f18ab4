using Dataflow.Features;
using Dataflow.Log;
using Dataflow.Operations;
using static Dataflow.Kafka.Tests.Members;

namespace Dataflow.Kafka.Tests;

/// <summary>A training set that three processes make, of which one is shut out, has the rows that one process makes, here and on the
/// built-in log. Each process is a log of its own.</summary>
public sealed class SharedTrainingTests(SharedNode shared)
{
    private const int Partitions = 6;
    private const int Events = 3_000; // one each second
    private const int Quiet = 300; // seconds after the very first event
    private const int Entities = 50;

    private KafkaNode Node => shared.Node;

    [Fact]
    public async Task Three_processes_make_the_rows_of_one_though_one_is_shut_out()
    {
        var (from, alone) = (NewTopics(), NewTopics());
        await using var first = await ConnectAsync(Node);
        await using var second = await ConnectAsync(Node);
        await using var third = await ConnectAsync(Node);
        Write(from, 0, Events / 2);
        var jobs = await Task.WhenAll(
            StartAsync(Training(from), first), StartAsync(Training(from), second), StartAsync(Training(from), third));
        await UntilAsync(() => CountOf(first, from) > 0, jobs);
        var claims = first.GetTopic(KafkaMembership.ClaimsOf($"training-{from}"));
        var owner = Claims.Read(first, claims, claims.EndOffset(0)).Keys.First();
        await first.ShutOutAsync(owner, TestContext.Current.CancellationToken); // as who takes shards over begins
        Write(from, Events / 2, Events - (Events / 2));
        await EndAsync(jobs);

        Write(alone, 0, Events);
        await using var one = await StartAsync(Training(alone), first);
        await EndAsync(one);

        var expected = await OnBuiltInLogAsync();
        Assert.Contains(expected, static row => row.EndsWith("Partial", StringComparison.Ordinal));
        Assert.Contains(expected, static row => row.EndsWith("Present", StringComparison.Ordinal));
        Assert.Equal(expected, RowsOf(first, alone));
        Assert.Equal(expected, RowsOf(first, from));
    }

    private static async Task<IReadOnlyList<string>> OnBuiltInLogAsync()
    {
        using var log = Runs.OpenLog();
        foreach (var topic in new[] { "own", "own-labels" })
            await log.CreateTopicAsync(topic, Partitions, TestContext.Current.CancellationToken);
        foreach (var text in Enumerable.Range(0, Events).Select(static i => $"{i}"))
        {
            log.AppendText("own", text);
            log.AppendText("own-labels", text);
        }

        await using var job = await Training("own").StartOnAsync(log);
        await EndAsync(job);
        return RowsOf(log, "own");
    }

    private static async Task EndAsync(params Job[] jobs)
    {
        await UntilAsync(() => jobs.Sum(static job => job.Status.Splits.Sum(static split => split.Position)) == 2 * Events, jobs);
        await jobs[0].DrainAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        foreach (var job in jobs) await job.Completion.WaitAsync(Longest, TestContext.Current.CancellationToken);
    }

    private static long CountOf(PartitionedLog log, string from)
        => log.TryGetTopic(RowsOf(from).Name, out var rows) ? rows.StableOffset(0) : 0;

    private static IReadOnlyList<string> RowsOf(PartitionedLog log, string from)
        => [.. RowsOf(from).ReadAll(log).Order(StringComparer.Ordinal)];

    private static Topic<string> RowsOf(string from) => Topic.Of<string>($"{from}-rows", 1);

    private string NewTopics()
    {
        var from = Node.CreateTopic(Partitions);
        Node.CreateTopic($"{from}-labels", Partitions);
        return from;
    }

    private void Write(string from, int start, int count)
    {
        var texts = Enumerable.Range(start, count).Select(static i => $"{i}").ToList();
        Node.Write(from, texts);
        Node.Write($"{from}-labels", texts);
    }

    private static Pipeline Training(string from)
    {
        var pipeline = new Pipeline($"training-{from}");
        var view = pipeline.From(Topic.Of<string>(from, Partitions))
            .WithEventTime(static text => TimeOf(text), TimeSpan.Zero, TimeSpan.FromHours(1))
            .KeyBy(static text => $"e{int.Parse(text) % Entities}")
            .FeatureView($"events-{from}", static v =>
            {
                v.Aggregate("count", static a => a.Count(), [Sawtooth.Of(TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(1))]);
                v.Last("last", static text => text);
            });
        pipeline.From(Topic.Of<string>($"{from}-labels", Partitions))
            .WithEventTime(static text => TimeOf(text) + 500, TimeSpan.Zero, TimeSpan.FromHours(1), name: "labelled")
            .JoinFeatures(
                FeatureService.Of<string>($"counts-{from}", s => s.From(view, static text => $"e{int.Parse(text) * 7 % Entities}")),
                static (text, features)
                    => $"{text}: {features["last"].ToObject()} {features["count_20m"].ToObject()} {features["count_20m"].Status}")
            .To(RowsOf(from));
        return pipeline;
    }

    private static long TimeOf(string text) => 1000 * (text == "0" ? 0 : Quiet + long.Parse(text));
}
