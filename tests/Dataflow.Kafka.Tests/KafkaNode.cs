using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

[assembly: AssemblyFixture(typeof(Dataflow.Kafka.Tests.SharedNode))]

namespace Dataflow.Kafka.Tests;

/// <summary>A real broker of Apache Kafka; the test is skipped where there is none.</summary>
public sealed class KafkaNode : IDisposable
{
    private readonly string _tools = SharedFolder.Find("kafka");
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _settings;
    private int _lastTopic;

    public KafkaNode(params string[] settings)
    {
        _settings = settings;
        try
        {
            Start(port: 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Address => File.ReadAllText(_folder["node", "bootstrap"]).Trim();

    public string SaslAddress => $"127.0.0.1:{Port + 2}";

    public string TlsAddress => $"127.0.0.1:{Port + 3}";

    public string Authority => _folder["node", "tls", "ca.pem"];

    public KafkaCluster Cluster => new(Address);

    private int Port => int.Parse(Address.Split(':')[1]);

    public void Kill() => Run("stop", _folder["node"], "--kill");

    public void StartAgain() => Start(Port);

    /// <summary>Makes the broker stand still, until <see cref="GoOn"/>.</summary>
    public void Pause() => Signal("STOP");

    public void GoOn() => Signal("CONT");

    public string CreateTopic(int partitions = 1, params (string Name, string Value)[] settings)
    {
        var topic = $"topic-{Interlocked.Increment(ref _lastTopic)}";
        CreateTopic(topic, partitions, settings);
        return topic;
    }

    public void CreateTopic(string topic, int partitions, params (string Name, string Value)[] settings)
    {
        Ask(admin => admin.CreateTopicsAsync(
        [
            new TopicSpecification
            {
                Name = topic, NumPartitions = partitions, ReplicationFactor = 1,
                Configs = settings.ToDictionary(setting => setting.Name, setting => setting.Value),
            },
        ]));
        WaitUntil(topic, exists: true);
    }

    public void DeleteTopic(string topic)
    {
        Ask(admin => admin.DeleteTopicsAsync([topic]));
        WaitUntil(topic, exists: false);
    }

    public string SettingOf(string topic, string setting)
    {
        var value = "";
        Ask(async admin => value = (await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]))
            [0].Entries[setting].Value);
        return value;
    }

    public void Set(string topic, string setting, string value) => Ask(async admin =>
    {
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        await admin.IncrementalAlterConfigsAsync(new()
        {
            [resource] = [new ConfigEntry { Name = setting, Value = value, IncrementalOperation = AlterConfigOpType.Set }],
        });
        while ((await admin.DescribeConfigsAsync([resource]))[0].Entries[setting].Value != value) await Task.Delay(20);
        await Task.Delay(100); // the broker knows it a moment before the topic has it
    });

    public void Ask(Func<IAdminClient, Task> ask)
    {
        using var admin = new AdminClientBuilder(new Dictionary<string, string> { ["bootstrap.servers"] = Address }).Build();
        ask(admin).GetAwaiter().GetResult();
    }

    public IProducer<string?, string?> Producer(string? transactionalId = null)
    {
        var settings = new Dictionary<string, string>
        {
            ["bootstrap.servers"] = Address, ["queue.buffering.max.messages"] = "1000000",
            ["sticky.partitioning.linger.ms"] = "0", // records without a key are spread one by one
        };
        if (transactionalId is not null) settings["transactional.id"] = transactionalId;
        var producer = new ProducerBuilder<string?, string?>(settings).SetLogHandler(static (_, _) => { }).Build();
        if (transactionalId is not null) producer.InitTransactions(TimeSpan.FromSeconds(30));
        return producer;
    }

    /// <summary>Writes values as Confluent's producer does.</summary>
    public void Write(string topic, params IEnumerable<string?> values)
        => Write(topic, values.Select(value => new Message<string?, string?> { Value = value }));

    public void Write(string topic, IEnumerable<Message<string?, string?>> messages, int? partition = null)
    {
        using var producer = Producer();
        foreach (var message in messages) producer.Produce(new TopicPartition(topic, partition ?? Partition.Any), message);
        producer.Flush();
    }

    /// <summary>Reads all committed records of a topic as Confluent's consumer does.</summary>
    public IReadOnlyList<ConsumeResult<string?, string?>> Read(string topic) => [.. Follow(topic, stopAtEnd: true)];

    /// <summary>Reads committed records of a topic as they come; fails when none comes for long.</summary>
    public IEnumerable<ConsumeResult<string?, string?>> Follow(string topic, bool stopAtEnd = false)
    {
        using var consumer = new ConsumerBuilder<string?, string?>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = Address, ["group.id"] = "tests", ["isolation.level"] = "read_committed",
            ["enable.partition.eof"] = "true", ["enable.auto.commit"] = "false", ["topic.metadata.refresh.interval.ms"] = "200",
        }).SetLogHandler(static (_, _) => { }).Build();
        var partitions = 0;
        Ask(async admin => partitions
            = (await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]))).TopicDescriptions[0].Partitions.Count);
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        for (var ended = 0; !stopAtEnd || ended < partitions;)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(30));
            Assert.True(result is not null, $"Nothing comes in '{topic}'.");
            if (result.IsPartitionEOF) ended++;
            else yield return result;
        }
    }

    /// <summary>Runs one of Kafka's own tools.</summary>
    public string Tool(string name, params string[] arguments) => Run("tool", [name, "--bootstrap-server", Address, .. arguments]);

    /// <summary>Runs one of Kafka's own tools on the lines of a file.</summary>
    public string ToolOn(string input, string name, params string[] arguments)
        => Run("tool", [name, "--bootstrap-server", Address, .. arguments], input);

    public void Dispose()
    {
        if (File.Exists(_folder["node", "broker.pid"])) Kill();
        _folder.Dispose();
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", File.ReadAllText(_folder["node", "broker.pid"]).Trim()]);
        kill.WaitForExit();
    }

    /// <summary>Waits until the broker knows of a topic, or that it is gone: it acknowledges both before.</summary>
    private void WaitUntil(string topic, bool exists)
        => Ask(async admin =>
        {
            while (admin.GetMetadata(TimeSpan.FromSeconds(30)).Topics.Any(known => known.Topic == topic && !known.Error.IsError) != exists)
                await Task.Delay(20);
        });

    private void Start(int port) => Run("start", [_folder["node"], $"{port}", .. _settings]);

    private string Run(string program, params string[] arguments) => Run(program, arguments, "/dev/null");

    private string Run(string program, string[] arguments, string input)
    {
        var output = _folder[$"{program}-{Guid.NewGuid():n}"]; // a file: a broker keeps its parent's pipes open
        using var process = Process.Start(new ProcessStartInfo(
            "bash",
            ["-c", "exec \"$0\" \"$@\" < \"$INPUT\" > \"$OUTPUT\" 2> \"$OUTPUT.errors\"", Path.Combine(_tools, program), .. arguments])
        {
            Environment = { ["INPUT"] = input, ["OUTPUT"] = output },
        })!;
        if (!process.WaitForExit(TimeSpan.FromMinutes(1))) process.Kill(entireProcessTree: true);
        var errors = File.ReadAllText($"{output}.errors");
        if (errors.Contains("java is not on the path", StringComparison.Ordinal)) Assert.Skip("'java' is not installed.");
        Assert.True(process is { HasExited: true, ExitCode: 0 }, $"{program} {string.Join(' ', arguments)}: {errors}");
        return File.ReadAllText(output);
    }
}

/// <summary>The broker of all tests that need none of their own; started by the first of them.</summary>
public sealed class SharedNode : IDisposable
{
    private readonly Lazy<KafkaNode> _node = new(static () => new KafkaNode(
        "--sasl", "--tls", "log.retention.ms=-1",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer", "super.users=User:ANONYMOUS;User:test"));

    public KafkaNode Node => _node.Value;

    public void Dispose()
    {
        if (_node.IsValueCreated) _node.Value.Dispose();
    }
}
