using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Puts the questions of a <see cref="KafkaLog"/> to its cluster. Each question ends in time, with an answer or with an
/// error.</summary>
internal sealed class ClusterAdmin(KafkaCluster kafka, short replicas) : IDisposable
{
    private readonly Lock _lock = new();
    private AdminConnection _connection = new(kafka);

    /// <summary>The configuration of a topic of which the last record of each key is kept.</summary>
    public static Dictionary<string, string> Compacted { get; } = new()
    {
        ["cleanup.policy"] = "compact",
        ["segment.bytes"] = Text(1 << 20),
    };

    public static Dictionary<string, string> ConfigurationOf(TopicSettings settings) => new()
    {
        ["cleanup.policy"] = "delete",
        ["retention.ms"] = Text((long?)settings.RetentionTime?.TotalMilliseconds ?? -1),
        ["retention.bytes"] = Text(settings.RetentionBytes ?? -1),
        ["max.message.bytes"] = Text(KafkaLog.MaxRecordBytes),
        ["message.timestamp.type"] = "CreateTime",
        ["message.timestamp.after.max.ms"] = Text(long.MaxValue), // event times may lie ahead of the broker's clock
    };

    /// <summary>Lists the topics that have leaders.</summary>
    public IReadOnlyList<(string Name, int Partitions)> Topics() => Ask(
        "its topics",
        admin => Task.FromResult<IReadOnlyList<(string, int)>>(
            [.. admin.GetMetadata(kafka.Timeout).Topics.Where(static topic => !topic.Error.IsError)
                .Select(static topic => (topic.Topic, topic.Partitions.Count))]));

    /// <summary>Creates a topic unless it exists, and waits until the brokers know it.</summary>
    public async Task CreateAsync(string name, int partitions, Dictionary<string, string> configuration)
    {
        await AskAsync($"topic '{name}'", async admin =>
        {
            try
            {
                await admin.CreateTopicsAsync(
                    [new() { Name = name, NumPartitions = partitions, ReplicationFactor = replicas, Configs = configuration }],
                    new() { RequestTimeout = kafka.Timeout, OperationTimeout = kafka.Timeout }).ConfigureAwait(false);
            }
            catch (CreateTopicsException error) when (error.Results[0].Error.Code == ErrorCode.TopicAlreadyExists)
            {
                // Another process was quicker.
            }
            catch (CreateTopicsException error)
            {
                throw new KafkaException(error.Results[0].Error);
            }

            return true;
        }).ConfigureAwait(false);
        await UntilKnownAsync(name).ConfigureAwait(false);
    }

    private Task<bool> UntilKnownAsync(string name) => AskAsync($"topic '{name}'", admin
        => admin.GetMetadata(kafka.Timeout).Topics.Exists(topic => topic.Topic == name && !topic.Error.IsError)
            ? Task.FromResult(true) : throw new KafkaException(ErrorCode.UnknownTopicOrPart));

    /// <summary>The identity of a topic; null: the brokers are too old to give topics any.</summary>
    public TopicId? IdentityOf(string topic) => Ask<TopicId?>($"topic '{topic}'", async admin =>
    {
        try
        {
            var described = await admin.DescribeTopicsAsync(
                TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = kafka.Timeout }).ConfigureAwait(false);
            return FoundTopic.Of(described.TopicDescriptions[0]).Id is { IsNone: false } id ? id : null;
        }
        catch (DescribeTopicsException error) // its own error has no code of the topic
        {
            throw new KafkaException(error.Results.TopicDescriptions[0].Error);
        }
    });

    /// <summary>The first or the next offset of a partition, for readers of committed records.</summary>
    public long OffsetOf(TopicPartition partition, OffsetSpec which) => OffsetsOf(partition.Topic, [partition.Partition], which)[0];

    /// <summary>The first or the next offset of each partition.</summary>
    public long[] OffsetsOf(string topic, IReadOnlyList<Partition> partitions, OffsetSpec which) => Ask($"topic '{topic}'", async admin =>
    {
        try
        {
            var found = await admin.ListOffsetsAsync(
                partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = new(topic, partition), OffsetSpec = which }),
                new ListOffsetsOptions { IsolationLevel = IsolationLevel.ReadCommitted, RequestTimeout = kafka.Timeout })
                .ConfigureAwait(false);
            var offsets = found.ResultInfos.ToDictionary(
                static info => info.TopicPartitionOffsetError.Partition, static info => info.TopicPartitionOffsetError.Offset.Value);
            return partitions.Select(partition => offsets[partition]).ToArray();
        }
        catch (ListOffsetsException error) // its own error has no code of the partition
        {
            throw new KafkaException(error.Result.ResultInfos.Select(static info => info.TopicPartitionOffsetError.Error)
                .First(static error => error.IsError));
        }
    });

    public Task DeleteBeforeAsync(TopicPartitionOffset start) => AskAsync($"topic '{start.Topic}'", admin => admin.DeleteRecordsAsync(
        [start], new DeleteRecordsOptions { RequestTimeout = kafka.Timeout, OperationTimeout = kafka.Timeout }));

    public void Dispose()
    {
        lock (_lock) _connection.Dispose();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private T Ask<T>(string where, Func<IAdminClient, Task<T>> ask) => AskAsync(where, ask).GetAwaiter().GetResult();

    private async Task<T> AskAsync<T>(string where, Func<IAdminClient, Task<T>> ask)
    {
        try
        {
            return await Patience.AskAsync(() => AskConnectedAsync(ask)).ConfigureAwait(false);
        }
        catch (KafkaException error)
        {
            throw KafkaErrors.OfLog(kafka, where, error.Error);
        }
    }

    private async Task<T> AskConnectedAsync<T>(Func<IAdminClient, Task<T>> ask)
    {
        var connection = Connection();
        try
        {
            return await connection.AskAsync(ask).ConfigureAwait(false);
        }
        catch (KafkaException error) when (error.Error.Code == ErrorCode.Local_AllBrokersDown && connection.HasAnswered)
        {
            // The cluster was away some seconds ago, and may be back: a new connection finds out.
            return await Connection().AskAsync(ask).ConfigureAwait(false);
        }
    }

    /// <summary>The connection, or a new one where it has lost the cluster.</summary>
    private AdminConnection Connection()
    {
        lock (_lock)
        {
            if (!_connection.IsHopeless) return _connection;
            _connection.Dispose();
            return _connection = new AdminConnection(kafka);
        }
    }
}
