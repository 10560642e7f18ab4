using Dataflow.Perf.EndToEnd;
using Dataflow.Perf.Nexmark;
using Dataflow.Perf.Nexmark.Tests;

namespace Dataflow.Kafka.Tests;

/// <summary>Workloads with known answers give the same over Kafka, in one process and in three; here each is a log of its own.</summary>
/// <remarks>CI runs some queries of Nexmark; <c>DATAFLOW_NEXMARK=all</c> runs all that processes can share.</remarks>
public sealed class EqualAnswersTests(SharedNode shared)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(3);
    private static readonly string[] s_short = ["q4", "q13"];

    /// <summary>The queries that several processes can share.</summary>
    public static TheoryData<string> Shared
        => [.. Environment.GetEnvironmentVariable("DATAFLOW_NEXMARK") is "all" ? Queries.All.Keys : s_short];

    private KafkaNode Node => shared.Node;

    [Theory]
    [InlineData(1, "plain")]
    [InlineData(3, "plain")]
    [InlineData(3, "struct")] // whose texts are slices of what the client gave
    public async Task Clicks_give_the_known_answer(int processes, string kind)
    {
        var clicks = new ClicksPerMinute($"clicks-{processes}-{kind}", $"clicks-per-minute-{processes}-{kind}");
        await using var log = await ConnectAsync();
        await clicks.FillAsync<Click>(log, 100_000, 1000);

        await RunAsync(processes, () => clicks.Query(kind));

        Assert.Equal((10_112, "10112/80085/17989242/26338259"), clicks.Sum(log));
    }

    [Theory]
    [MemberData(nameof(Shared))]
    public async Task Three_processes_give_the_known_answers_of_Nexmark(string query)
    {
        var set = Goldens.Sets.First(static set => set.Events == 10_000);
        var results = new Results { Topic = Topic.Of<RowChange>($"rows-{query}", partitions: 3) };

        await RunAsync(3, () =>
        {
            var pipeline = new Pipeline($"nexmark-{query}").UseSerde(
                Serde.Polymorphic<Event>(typeof(Person), typeof(Auction), typeof(Bid)));
            Queries.All[query](pipeline, AuctionHouse.Made(set.Generator, set.Events, splits: 4), results);
            Assert.Empty(pipeline.Explain().ReasonsNotToShare);
            return pipeline;
        });

        await using var log = await ConnectAsync();
        var sum = RowChange.SumOf(results.Topic.ReadAll(log));
        var known = set.Queries[query];
        Assert.Equal((known.Rows, known.Checksum), (sum.Count, $"{sum.Checksum:x16}"));
    }

    private async Task RunAsync(int processes, Func<Pipeline> pipeline)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await Task.WhenAll(Enumerable.Range(0, processes).Select(async _ =>
        {
            await using var log = await ConnectAsync();
            var options = new JobOptions { Log = log, Workers = 1, CheckpointInterval = TimeSpan.FromMilliseconds(200) };
            await using var job = await pipeline().StartAsync(options, cancellationToken);
            await job.Completion.WaitAsync(s_longest, cancellationToken);
        }));
    }

    private async Task<KafkaLog> ConnectAsync()
        => await KafkaLog.ConnectAsync(
            Node.Cluster.With("session.timeout.ms", "6000"), cancellationToken: TestContext.Current.CancellationToken);
}
