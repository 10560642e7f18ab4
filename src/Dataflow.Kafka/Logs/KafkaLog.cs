using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>A log that lies in a cluster of Apache Kafka: a pipeline that runs on it keeps results, positions and state there, and can be
/// started again on any machine.</summary>
/// <remarks>A commit is one transaction; readers see committed records only. Topics keep their names; the
/// offsets of a group are in a compacted topic, <c>dataflow.GROUP.offsets</c>. One process at a time runs a pipeline: when it is started in
/// another one, the first is shut out and ends with an error.</remarks>
/// <example><code>
/// await using var log = more is [] ? null : await KafkaLog.ConnectAsync(kafka);
/// var options = new JobOptions { Directory = "clicks-data", Log = log };
/// </code></example>
public sealed class KafkaLog : PartitionedLog
{
    internal const int MaxRecordBytes = 16 << 20;

    private const string Prefix = "dataflow.";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestChange = TimeSpan.FromSeconds(15); // of leaders and coordinators

    private static readonly Dictionary<string, string> s_compacted = new()
    {
        ["cleanup.policy"] = "compact",
        ["segment.bytes"] = Text(1 << 20),
    };

    private readonly KafkaCluster _kafka;
    private readonly short _replicas;
    private readonly ClientErrors _errors = new();
    private readonly IAdminClient _admin;
    private readonly ConcurrentDictionary<string, KafkaTopic> _topics = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<TopicPartition, long> _ends = new(); // behind this process's own commits
    private readonly ConcurrentDictionary<string, GroupOffsets> _groups = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<CommitWriter>> _writers = new(StringComparer.Ordinal);
    private readonly string _nobody = $"{Guid.NewGuid():n}"; // the owner of commits without one
    private int _closed;

    private KafkaLog(KafkaCluster kafka, short replicas)
    {
        kafka.Check();
        (_kafka, _replicas) = (kafka, replicas);
        _admin = new AdminClientBuilder(kafka.ToClient([], [])).SetLogHandler(static (_, _) => { })
            .SetErrorHandler((_, error) => _errors.Add(error)).Build();
    }

    /// <inheritdoc/>
    public override string? WorkDirectory { get; } = Path.Combine(Path.GetTempPath(), $"dataflow-{Environment.ProcessId}");

    internal bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Connects to a cluster.</summary>
    /// <param name="kafka">The cluster.</param>
    /// <param name="replicas">The number of replicas of topics that are created; -1, the default: as the brokers are set.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LogException">No broker answers, or they refuse.</exception>
    /// <exception cref="ConnectorException">A setting of the cluster is unknown, or has a value that is not allowed.</exception>
    public static async Task<KafkaLog> ConnectAsync(
        KafkaCluster kafka, short replicas = -1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(kafka);
        var log = new KafkaLog(kafka, replicas);
        try
        {
            await log.AskAsync("its topics", log.LoadTopics).WaitAsync(cancellationToken).ConfigureAwait(false);
            return log;
        }
        catch
        {
            await log.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"Log on {_kafka}";

    /// <inheritdoc/>
    public override bool TryGetTopic(string name, [MaybeNullWhen(false)] out LogTopic topic)
    {
        if (!_topics.ContainsKey(name)) Ask("its topics", LoadTopics);
        var exists = _topics.TryGetValue(name, out var found);
        topic = found;
        return exists;
    }

    /// <inheritdoc/>
    public override async ValueTask<LogTopic> CreateTopicAsync(
        string name, int partitions, TopicSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        if (!TryGetTopic(name, out var topic))
        {
            topic = await CreateAsync(name, partitions, ConfigurationOf(settings)).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return topic.PartitionCount == partitions
            ? topic : throw KafkaErrors.OtherPartitions(_kafka, name, topic.PartitionCount, partitions);
    }

    /// <inheritdoc/>
    public override async ValueTask FenceAsync(string owner, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(owner);
        if (_writers.TryRemove(owner, out var before) && before.IsValueCreated) before.Value.Dispose();
        await Task.Run(() => WriterOf(owner), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override long? GetGroupOffset(string group, string topic, int partition)
    {
        GetTopic(topic);
        return _groups.GetOrAdd(group, static (group, log) => new GroupOffsets(log, group), this).Find(topic, partition);
    }

    /// <inheritdoc/>
    public override async ValueTask TrimAsync(
        string topic, int partition, long startOffset, CancellationToken cancellationToken = default)
    {
        var found = GetTopic(topic);
        var (start, end) = (found.StartOffset(partition), found.EndOffset(partition));
        if (startOffset > end) throw OffsetOutOfRangeException.Of(topic, partition, startOffset, start, end);
        if (startOffset <= start) return;
        await AskAsync($"topic '{topic}'", () => _admin.DeleteRecordsAsync(
            [new TopicPartitionOffset(topic, partition, startOffset)],
            new DeleteRecordsOptions { RequestTimeout = _kafka.Timeout, OperationTimeout = _kafka.Timeout }))
            .WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override PartitionReader OpenReader(string topic, int partition, long offset)
    {
        var consumer = new PartitionConsumer(_kafka, new TopicPartition(topic, partition), needsAll: true, isBounded: true);
        try
        {
            return new KafkaLogReader((KafkaTopic)GetTopic(topic), partition, offset, consumer);
        }
        catch
        {
            consumer.Dispose();
            throw;
        }
    }

    /// <summary>Completes the commits that were begun, and closes the connections.</summary>
    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return default;
        foreach (var writer in _writers.Values.Where(static writer => writer.IsValueCreated)) writer.Value.Dispose();
        foreach (var group in _groups.Values) group.Dispose();
        _admin.Dispose();
        return default;
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> TopicNames() => _topics.Keys.Order(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override bool Owns(LogTopic topic) => topic is KafkaTopic own && own.Log == this;

    /// <inheritdoc/>
    protected override async ValueTask WriteAsync(LogCommit commit, CancellationToken cancellationToken)
        => await CompleteAsync(commit).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>The first offset of a partition.</summary>
    internal long StartOf(TopicPartition partition) => OffsetOf(partition, OffsetSpec.Earliest());

    /// <summary>The offset up to which readers of committed records can read, now or soon.</summary>
    internal long EndOf(TopicPartition partition)
        => Math.Max(OffsetOf(partition, OffsetSpec.Latest()), _ends.GetValueOrDefault(partition));

    private long OffsetOf(TopicPartition partition, OffsetSpec which) => Ask($"topic '{partition.Topic}'", async () =>
    {
        try
        {
            var found = await _admin.ListOffsetsAsync(
                [new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which }],
                new ListOffsetsOptions { IsolationLevel = IsolationLevel.ReadCommitted, RequestTimeout = _kafka.Timeout })
                .ConfigureAwait(false);
            return found.ResultInfos[0].TopicPartitionOffsetError.Offset.Value;
        }
        catch (ListOffsetsException error) // its own error has no code of the partition
        {
            throw new KafkaException(error.Result.ResultInfos[0].TopicPartitionOffsetError.Error);
        }
    });

    /// <summary>Whether a topic that was just created, or a broker that has just started, may answer soon.</summary>
    private static bool Passes(ErrorCode code) => GroupPosition.Passes(code) || code
        is ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition or ErrorCode.UnknownTopicOrPart or ErrorCode.FencedLeaderEpoch;

    private async Task CompleteAsync(LogCommit commit)
    {
        try
        {
            foreach (var group in commit.Offsets.Select(static offset => offset.Group).Distinct())
                await CreateAsync(GroupOffsets.TopicOf(group), 1, s_compacted).ConfigureAwait(false);
            var offsets = await WriterOf(commit.Owner ?? _nobody).WriteAsync(commit).ConfigureAwait(false);
            Remember(commit, offsets);
            Complete(
                commit,
                [.. commit.Appends.Select((append, i) => append.Count > 0 ? offsets[i] : append.Topic.EndOffset(append.Partition))]);
        }
        catch (RefusedException refused)
        {
            Reopen(commit);
            throw refused.Reason;
        }
        catch
        {
            Release(commit);
            throw;
        }
    }

    /// <summary>Remembers how far this process has written. Brokers may show a commit some time after they have acknowledged it: who reads
    /// up to an end waits for it.</summary>
    private void Remember(LogCommit commit, long[] offsets)
    {
        for (var i = 0; i < commit.Appends.Count; i++)
        {
            var append = commit.Appends[i];
            if (append.Count > 0) Remember(new(append.Topic.Name, append.Partition), offsets[i] + append.Count);
        }

        for (var i = 0; i < commit.Offsets.Count; i++)
            Remember(new(GroupOffsets.TopicOf(commit.Offsets[i].Group), 0), offsets[commit.Appends.Count + i] + 1);
    }

    private void Remember(TopicPartition partition, long end)
        => _ends.AddOrUpdate(partition, static (_, end) => end, static (_, known, end) => Math.Max(known, end), end);

    private CommitWriter WriterOf(string owner)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        var writer = _writers.GetOrAdd(owner, static (owner, kafka) => new(() => new CommitWriter(kafka, Prefix + owner)), _kafka);
        try
        {
            return writer.Value;
        }
        catch (KafkaException error)
        {
            _writers.TryRemove(new(owner, writer));
            throw KafkaErrors.OfLog(_kafka, $"commits of '{Prefix}{owner}'", error.Error);
        }
    }

    private Task LoadTopics()
    {
        foreach (var topic in _admin.GetMetadata(_kafka.Timeout).Topics.Where(static topic => !topic.Error.IsError))
        {
            if (!_topics.TryGetValue(topic.Topic, out var known) || known.PartitionCount != topic.Partitions.Count)
                _topics[topic.Topic] = new KafkaTopic(this, topic.Topic, topic.Partitions.Count, new TopicSettings());
        }

        return Task.CompletedTask;
    }

    private async Task<LogTopic> CreateAsync(string name, int partitions, Dictionary<string, string> configuration)
    {
        if (_topics.TryGetValue(name, out var known)) return known;
        await AskAsync($"topic '{name}'", async () =>
        {
            try
            {
                await _admin.CreateTopicsAsync(
                    [new() { Name = name, NumPartitions = partitions, ReplicationFactor = _replicas, Configs = configuration }],
                    new() { RequestTimeout = _kafka.Timeout, OperationTimeout = _kafka.Timeout }).ConfigureAwait(false);
            }
            catch (CreateTopicsException error) when (error.Results[0].Error.Code == ErrorCode.TopicAlreadyExists)
            {
                // Another process was quicker.
            }
            catch (CreateTopicsException error)
            {
                throw new KafkaException(error.Results[0].Error);
            }
        }).ConfigureAwait(false);
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < LongestChange;)
        {
            if (TryGetTopic(name, out var topic)) return topic; // the brokers know it
            await Task.Delay(Pause).ConfigureAwait(false);
        }

        return GetTopic(name);
    }

    private static Dictionary<string, string> ConfigurationOf(TopicSettings settings) => new()
    {
        ["cleanup.policy"] = "delete",
        ["retention.ms"] = Text((long?)settings.RetentionTime?.TotalMilliseconds ?? -1),
        ["retention.bytes"] = Text(settings.RetentionBytes ?? -1),
        ["max.message.bytes"] = Text(MaxRecordBytes),
        ["message.timestamp.type"] = "CreateTime",
        ["message.timestamp.after.max.ms"] = Text(long.MaxValue), // event times may lie ahead of the broker's clock
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void Ask(string where, Func<Task> ask) => AskAsync(where, ask).GetAwaiter().GetResult();

    private T Ask<T>(string where, Func<Task<T>> ask)
    {
        var answer = default(T)!;
        Ask(where, async () => { answer = await ask().ConfigureAwait(false); });
        return answer;
    }

    /// <summary>Asks the cluster, again while a broker that has just started is not ready, and no longer than an answer may come.</summary>
    private async Task AskAsync(string where, Func<Task> ask)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(Pause).ConfigureAwait(false))
        {
            var answer = Task.Run(ask);
            await Task.WhenAny(answer, _errors.Hopeless).ConfigureAwait(false);
            if (!answer.IsCompleted) throw KafkaErrors.OfLog(_kafka, where, _errors.Hopeless.Result);
            try
            {
                await answer.ConfigureAwait(false);
                return;
            }
            catch (KafkaException error) when (Passes(error.Error.Code) && Stopwatch.GetElapsedTime(start) < LongestChange)
            {
            }
            catch (KafkaException error)
            {
                throw KafkaErrors.OfLog(_kafka, where, _errors.Hopeless.IsCompletedSuccessfully ? _errors.Hopeless.Result : error.Error);
            }
        }
    }
}
