using Confluent.Kafka.Admin;

namespace Dataflow.Kafka.Tests;

/// <summary>Settings by librdkafka's names, log-ins, rights, and secrets that are never shown.</summary>
public class SecurityTests(SharedNode shared)
{
    private const string Password = "a-wrong-secret";

    private KafkaNode Node => shared.Node;

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public Task Log_ins_work(string mechanism) => ReadAndWriteAsync(Sasl(mechanism, "test", "test-secret"));

    [Fact]
    public Task Encryption_works() => ReadAndWriteAsync(
        new KafkaCluster(Node.TlsAddress).With("security.protocol", "SSL").With("ssl.ca.location", Node.Authority));

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-512")]
    public async Task A_wrong_password_is_said_at_once_and_not_shown(string mechanism)
    {
        var topic = Node.CreateTopic();
        var kafka = Sasl(mechanism, "test", Password);
        var source = Source.Kafka<string>(topic, kafka, stopAtEnd: true);
        var sink = Sink.Kafka<string>(topic, kafka);

        var reading = await Assert.ThrowsAsync<ConnectorException>(() => Runs.ReadAsync(source));
        var writing = await Assert.ThrowsAsync<ConnectorException>(() => Runs.WriteAsync(sink, "1"));

        foreach (var error in new[] { reading, writing })
        {
            Assert.Contains("Check sasl.mechanism, sasl.username and sasl.password", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Password, error.ToString(), StringComparison.Ordinal);
            Assert.False(error.IsTransient);
        }

        Assert.DoesNotContain(Password, $"{kafka} {source} {sink}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_that_is_not_the_brokers_is_refused()
    {
        var topic = Node.CreateTopic();
        var error = await Assert.ThrowsAsync<ConnectorException>(() => Runs.ReadAsync(Source.Kafka<string>(
            topic, new KafkaCluster(Node.TlsAddress).With("security.protocol", "SSL"), stopAtEnd: true)));
        Assert.Contains("ssl.ca.location", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_rights_are_named()
    {
        var (topic, other) = (Node.CreateTopic(), Node.CreateTopic());
        var kafka = await GuestAsync("guest");
        var none = await Assert.ThrowsAsync<ConnectorException>(() => Runs.ReadAsync(Source.Kafka<string>(topic, kafka, stopAtEnd: true)));

        Grant(ResourceType.Topic, other, AclOperation.Read);
        Node.Write(other, "1");
        Grant(ResourceType.Topic, topic, AclOperation.Write);

        var positions = await Assert.ThrowsAsync<ConnectorException>(() => Runs.WriteAsync(Sink.Kafka<string>(topic, kafka), "1"));
        Grant(ResourceType.Topic, "dataflow.", AclOperation.All, ResourcePatternType.Prefixed);
        var transactions = await Assert.ThrowsAsync<ConnectorException>(() => Runs.WriteAsync(Sink.Kafka<string>(topic, kafka), "1"));

        Assert.Contains("Grant READ on the topic", none.Message, StringComparison.Ordinal);
        Assert.Contains("Grant CREATE, WRITE and READ on topics that begin with 'dataflow.'", positions.Message, StringComparison.Ordinal);
        Assert.Contains("Grant WRITE and DESCRIBE on transactional ids", transactions.Message, StringComparison.Ordinal);
        Assert.Equal(["1"], await Runs.ReadAsync(Source.Kafka<string>(other, kafka, stopAtEnd: true)));
    }

    [Fact]
    public async Task In_the_commits_of_a_log_a_sink_needs_the_right_to_write_alone()
    {
        var (from, to) = (Node.CreateTopic(), Node.CreateTopic());
        var kafka = await GuestAsync("author");
        Grant(ResourceType.Topic, "author-", AclOperation.All, ResourcePatternType.Prefixed, "author");
        Grant(ResourceType.Topic, "dataflow.author-", AclOperation.All, ResourcePatternType.Prefixed, "author");
        Grant(ResourceType.Topic, "topic-schemas", AclOperation.All, ResourcePatternType.Literal, "author");
        Grant(ResourceType.Group, "author-", AclOperation.Read, ResourcePatternType.Prefixed, "author");
        Node.Tool(
            "kafka-acls", "--add", "--allow-principal", "User:author", "--operation", "All", "--transactional-id", "dataflow.author-",
            "--resource-pattern-type", "prefixed");
        Grant(ResourceType.Topic, from, AclOperation.Read, ResourcePatternType.Literal, "author");
        Node.Write(from, "1", "2");
        await using var log = await KafkaLog.ConnectAsync(kafka, cancellationToken: TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAnyAsync<DataflowException>(RunAsync);
        Grant(ResourceType.Topic, to, AclOperation.Write, ResourcePatternType.Literal, "author");
        await RunAsync();

        Assert.Contains($"topic '{to}'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["1", "2"], Node.Read(to).Select(static record => record.Message.Value));

        Task RunAsync()
        {
            var pipeline = new Pipeline($"author-{from}");
            pipeline.From(Source.Kafka<string>(from, kafka, stopAtEnd: true)).To(Sink.Kafka<string>(to, kafka));
            return pipeline.RunAsync(new() { Log = log }, TestContext.Current.CancellationToken).WaitAsync(Members.Longest);
        }
    }

    [Fact]
    public async Task A_topic_that_is_missing_is_named_in_reading_and_writing()
    {
        var reading = await Assert.ThrowsAsync<ConnectorException>(
            () => Runs.ReadAsync(Source.Kafka<string>("missing", Node.Cluster, stopAtEnd: true)));
        var writing = await Assert.ThrowsAsync<ConnectorException>(() => Runs.WriteAsync(Sink.Kafka<string>("missing", Node.Cluster), "1"));

        Assert.Contains("topic 'missing': it refused", reading.Message, StringComparison.Ordinal);
        Assert.Contains("Create the topic", writing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_an_error_that_may_pass()
    {
        var error = await Assert.ThrowsAsync<ConnectorException>(
            () => Runs.ReadAsync(Source.Kafka<string>("clicks", new KafkaCluster("127.0.0.1:1"), stopAtEnd: true)));
        Assert.Contains("Kafka '127.0.0.1:1', topic 'clicks': it did not answer", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
    }

    private async Task ReadAndWriteAsync(KafkaCluster kafka)
    {
        var topic = Node.CreateTopic();
        await Runs.WriteAsync(Sink.Kafka<string>(topic, kafka), "1", "2");
        Assert.Equal(["1", "2"], await Runs.ReadAsync(Source.Kafka<string>(topic, kafka, stopAtEnd: true)));
    }

    /// <summary>Adds a user without rights, and waits until the broker knows it.</summary>
    private async Task<KafkaCluster> GuestAsync(string user)
    {
        Node.Ask(admin => admin.AlterUserScramCredentialsAsync(
        [
            new UserScramCredentialUpsertion
            {
                User = user, Password = "guest-secret"u8.ToArray(), Salt = "salt-of-guest"u8.ToArray(),
                ScramCredentialInfo = new() { Mechanism = ScramMechanism.ScramSha256, Iterations = 4096 },
            },
        ]));
        var (kafka, topic) = (Sasl("SCRAM-SHA-256", user, "guest-secret"), Node.CreateTopic());
        ConnectorException error;
        do
        {
            error = await Assert.ThrowsAsync<ConnectorException>(
                () => Runs.ReadAsync(Source.Kafka<string>(topic, kafka, stopAtEnd: true)));
        }
        while (error.Message.Contains("sasl.password", StringComparison.Ordinal));
        return kafka;
    }

    private KafkaCluster Sasl(string mechanism, string user, string password) => new KafkaCluster(Node.SaslAddress)
        .With("security.protocol", "SASL_PLAINTEXT").With("sasl.mechanism", mechanism)
        .With("sasl.username", user).With("sasl.password", password);

    /// <summary>Grants a right, and waits until the broker knows it.</summary>
    private void Grant(
        ResourceType type, string name, AclOperation operation, ResourcePatternType pattern = ResourcePatternType.Literal,
        string user = "guest")
        => Node.Ask(async admin =>
    {
        var of = new ResourcePattern { Type = type, Name = name, ResourcePatternType = pattern };
        await admin.CreateAclsAsync(
        [
            new AclBinding
            {
                Pattern = of,
                Entry = new() { Principal = $"User:{user}", Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow },
            },
        ]);
        var filter = new AclBindingFilter
        {
            PatternFilter = of.ToFilter(),
            EntryFilter = new() { Principal = $"User:{user}", Operation = operation, PermissionType = AclPermissionType.Allow },
        };
        while ((await admin.DescribeAclsAsync(filter)).AclBindings.Count == 0)
        {
        }
    });
}
