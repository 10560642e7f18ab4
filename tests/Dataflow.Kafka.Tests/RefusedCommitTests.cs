using Confluent.Kafka.Admin;
using Dataflow.Log;
using static Dataflow.Kafka.Tests.Members;

namespace Dataflow.Kafka.Tests;

/// <summary>Commits that the cluster refuses while a job runs. Once it is mended the job goes on exactly once.</summary>
public sealed class RefusedCommitTests(SharedNode shared)
{
    private const string User = "committer";
    private const int Half = 200;

    private KafkaNode Node => shared.Node;

    [Fact]
    public async Task A_right_that_is_revoked_is_named_with_its_topic_and_no_result_is_there_without_its_position()
    {
        Node.Ask(static admin => admin.AlterUserScramCredentialsAsync([UserOf(User)]));
        Node.Tool(
            "kafka-acls", "--add", "--allow-principal", $"User:{User}", "--operation", "All", "--topic", "*", "--group", "*",
            "--transactional-id", "*");
        var (from, kafka) = (Node.CreateTopic(), KafkaOf(User));
        await using var log = await ConnectPatientlyAsync(kafka);
        await using var job = await StartOnAsync(log, from, restarts: 0);
        await WriteAsync(Node, job, from);

        var deny = DenialOf($"numbering-{from}.checkpoints");
        await ChangeAsync(deny, isThere: true);
        Node.Write(from, Enumerable.Range(Half, Half).Select(static i => $"{i}"));
        var error = await Assert.ThrowsAsync<LogException>(() => job.Completion.WaitAsync(Longest, TestContext.Current.CancellationToken));
        Assert.Contains($"'numbering-{from}.checkpoints'", error.Message, StringComparison.Ordinal);
        Assert.Contains("WRITE, READ and DESCRIBE to write to it", error.Message, StringComparison.Ordinal);
        Assert.Equal(Half, Node.Read(To(from)).Count);

        await ChangeAsync(deny, isThere: false);
        await FinishAsync(log, from);
    }

    [Fact]
    public async Task A_record_that_is_too_large_for_its_topic_is_an_error_with_the_setting_and_the_job_goes_on_once_that_is_raised()
    {
        var from = Node.CreateTopic();
        Node.CreateTopic(To(from), 1, ("max.message.bytes", "1000000"));
        await using var log = await ConnectAsync(Node);
        await using var job = await StartOnAsync(log, from, restarts: 0, pad: 1000);
        await WriteAsync(Node, job, from);

        Node.Set(To(from), "max.message.bytes", "500");
        Node.Write(from, Enumerable.Range(Half, Half).Select(static i => $"{i}"));
        var error = await Assert.ThrowsAsync<LogException>(() => job.Completion.WaitAsync(Longest, TestContext.Current.CancellationToken));
        Assert.Contains($"topic '{To(from)}': it refused", error.Message, StringComparison.Ordinal);
        Assert.Contains("Raise the topic's max.message.bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(Half, Node.Read(To(from)).Count);

        Node.Set(To(from), "max.message.bytes", "1000000");
        await FinishAsync(log, from, pad: 1000);
    }

    [Theory]
    [InlineData("60000")]
    [InlineData("2000")]
    public async Task A_broker_that_stands_still_costs_time_and_no_record_also_past_the_transactions_timeout(string timeout)
    {
        using var node = new KafkaNode();
        var from = node.CreateTopic();
        node.CreateTopic(To(from), 1);
        await using var log = await KafkaLog.ConnectAsync(
            node.Cluster.With("transaction.timeout.ms", timeout), cancellationToken: TestContext.Current.CancellationToken);
        await using var job = await StartOnAsync(log, from, restarts: 100);
        await WriteAsync(node, job, from);
        node.Write(from, Enumerable.Range(Half, Half).Select(static i => $"{i}"));

        node.Pause();
        await UntilAsync(() => job.Status.Checkpoints.SinceLast > TimeSpan.FromSeconds(4), [job]);
        node.GoOn();

        await UntilAsync(() => node.Read(To(from)).Count == 2 * Half, [job]);
        if (timeout == "60000") Assert.Equal(0, job.Status.Restarts); // else it depends on whether a transaction was open
        await job.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        Check(node, from);
    }

    private static string To(string from) => $"{from}-numbered";

    private static async Task WriteAsync(KafkaNode node, Job job, string from)
    {
        node.Write(from, Enumerable.Range(0, Half).Select(static i => $"{i}"));
        await UntilAsync(() => job.Status.RecordsRead == Half && node.Read(To(from)).Count == Half, [job]);
    }

    private async Task FinishAsync(KafkaLog log, string from, int pad = 0)
    {
        await using var job = await StartOnAsync(log, from, restarts: 10, pad);
        await UntilAsync(() => Node.Read(To(from)).Count >= 2 * Half, [job]);
        await job.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        Check(Node, from);
    }

    /// <summary>Each number is there once, with the number of its key's records so far.</summary>
    private static void Check(KafkaNode node, string from)
        => Assert.Equal(
            Enumerable.Range(0, 2 * Half).Select(static i => $"{i % 10}:{(i / 10) + 1}").Order(StringComparer.Ordinal),
            node.Read(To(from)).Select(static record => record.Message.Value!.TrimEnd()).Order(StringComparer.Ordinal));

    /// <summary>Numbers the records of each last digit.</summary>
    private static Task<Job> StartOnAsync(KafkaLog log, string from, int restarts, int pad = 0)
    {
        var pipeline = new Pipeline($"numbering-{from}");
        pipeline.From(Topic.Of<string>(from, 1)).KeyBy(static text => int.Parse(text) % 10).Process(static () => new Counting()).Values()
            .Select(text => text.PadRight(pad)).To(Topic.Of<string>(To(from), 1));
        return pipeline.StartAsync(
            new JobOptions
            {
                Log = log, Workers = 1, CheckpointInterval = TimeSpan.FromMilliseconds(100),
                Restarts = RestartPolicy.ExponentialDelay(restarts, TimeSpan.FromMilliseconds(100)),
            },
            TestContext.Current.CancellationToken);
    }

    private KafkaCluster KafkaOf(string user) => new KafkaCluster(Node.SaslAddress)
        .With("security.protocol", "SASL_PLAINTEXT").With("sasl.mechanism", "SCRAM-SHA-256")
        .With("sasl.username", user).With("sasl.password", "secret-of-it").With("session.timeout.ms", "6000");

    /// <summary>Connects once the broker knows the user.</summary>
    private static async Task<KafkaLog> ConnectPatientlyAsync(KafkaCluster kafka)
    {
        using var longest = new CancellationTokenSource(Longest);
        while (true)
        {
            try
            {
                return await KafkaLog.ConnectAsync(kafka, cancellationToken: longest.Token);
            }
            catch (LogException error) when (error.Message.Contains("sasl.password", StringComparison.Ordinal))
            {
                await Task.Delay(100, longest.Token);
            }
        }
    }

    private static UserScramCredentialUpsertion UserOf(string name) => new()
    {
        User = name, Password = "secret-of-it"u8.ToArray(), Salt = "salt-of-it"u8.ToArray(),
        ScramCredentialInfo = new() { Mechanism = ScramMechanism.ScramSha256, Iterations = 4096 },
    };

    private static AclBinding DenialOf(string topic) => new()
    {
        Pattern = new() { Type = ResourceType.Topic, Name = topic, ResourcePatternType = ResourcePatternType.Literal },
        Entry = new() { Principal = $"User:{User}", Host = "*", Operation = AclOperation.Write, PermissionType = AclPermissionType.Deny },
    };

    /// <summary>Adds a rule or takes it back, and waits until the broker knows.</summary>
    private async Task ChangeAsync(AclBinding rule, bool isThere)
    {
        Node.Ask(admin => isThere ? admin.CreateAclsAsync([rule]) : admin.DeleteAclsAsync([rule.ToFilter()]));
        using var longest = new CancellationTokenSource(Longest);
        for (var count = -1; count > 0 != isThere; await Task.Delay(20, longest.Token))
            Node.Ask(async admin => count = (await admin.DescribeAclsAsync(rule.ToFilter())).AclBindings.Count);
    }

    private sealed class Counting : KeyedProcess<int, string, long, string>
    {
        public override void OnRecord(in Record<string> record, ref long state, ProcessContext<int, string> context)
            => context.Emit($"{context.Key}:{++state}");
    }
}
