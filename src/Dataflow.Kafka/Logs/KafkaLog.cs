using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>A log that lies in a cluster of Apache Kafka: a pipeline that runs on it keeps results, positions and state there, and can be
/// started again on any machine.</summary>
/// <remarks>A commit is one transaction; readers see committed records only. Topics keep their names; the offsets
/// of a group are in a compacted topic, <c>dataflow.GROUP.offsets</c>. Several processes share the work of a pipeline, if it can be shared;
/// otherwise one runs it and the others wait to take over.</remarks>
/// <example><code>
/// await using var log = more is [] ? null : await KafkaLog.ConnectAsync(kafka);
/// var options = new JobOptions { Directory = "clicks-data", Log = log };
/// </code></example>
public sealed class KafkaLog : PartitionedLog
{
    internal const int MaxRecordBytes = 16 << 20;

    private const string Prefix = "dataflow.";
    private static readonly TimeSpan ShortestShutOut = TimeSpan.FromMilliseconds(150);

    private readonly KafkaCluster _kafka;
    private readonly ClusterAdmin _admin;
    private readonly ConcurrentDictionary<string, KafkaTopic> _topics = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<TopicPartition, long> _ends = new(); // behind this process's own commits
    private readonly ConcurrentDictionary<string, GroupOffsets> _groups = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<CommitWriter>> _writers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<KafkaMembership, bool> _members = new();
    private readonly ConcurrentBag<PartitionConsumer> _consumers = []; // of readers that were closed
    private readonly string _nobody = $"{Guid.NewGuid():n}"; // the owner of commits without one
    private int _closed;

    private KafkaLog(KafkaCluster kafka, short replicas)
    {
        kafka.Check();
        (_kafka, _admin) = (kafka, new ClusterAdmin(kafka, replicas));
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
            await Task.Run(log.LoadTopics, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
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
        if (!_topics.ContainsKey(name)) LoadTopics();
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
            topic = await CreateAsync(name, partitions, ClusterAdmin.ConfigurationOf(settings)).WaitAsync(cancellationToken)
                .ConfigureAwait(false);
        }

        return topic.PartitionCount == partitions
            ? topic : throw KafkaErrors.OtherPartitions(_kafka, name, topic.PartitionCount, partitions);
    }

    /// <inheritdoc/>
    public override string? GetTopicIdentity(string topic) => _admin.IdentityOf(GetTopic(topic).Name)?.ToString();

    /// <inheritdoc/>
    public override async ValueTask FenceAsync(string owner, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(owner);
        Retire(owner);
        await Task.Run(() => WriterOf(owner), cancellationToken).ConfigureAwait(false);
        if (!TryGetTopic(KafkaMembership.ClaimsOf(owner), out var claims)) return;
        foreach (var member in Claims.Read(this, claims, claims.EndOffset(0)).Keys)
            await ShutOutAsync(member, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override LogMembership Join(string owner, int units, bool areShared)
    {
        var member = new KafkaMembership(this, _kafka, owner, units, areShared);
        _members[member] = true;
        return member;
    }

    /// <inheritdoc/>
    public override long? GetGroupOffset(string group, string topic, int partition)
    {
        GetTopic(topic);
        return OffsetsOf(group).Find(topic, [partition])[0];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<long?> GetGroupOffsets(string group, string topic)
        => OffsetsOf(group).Find(topic, Enumerable.Range(0, GetTopic(topic).PartitionCount));

    /// <inheritdoc/>
    public override async ValueTask TrimAsync(
        string topic, int partition, long startOffset, CancellationToken cancellationToken = default)
    {
        var found = GetTopic(topic);
        var (start, end) = (found.StartOffset(partition), found.EndOffset(partition));
        if (startOffset > end) throw OffsetOutOfRangeException.Of(topic, partition, startOffset, start, end);
        if (startOffset <= start) return;
        await _admin.DeleteBeforeAsync(new(topic, partition, startOffset)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override PartitionReader OpenReader(string topic, int partition, long offset)
    {
        var found = (KafkaTopic)GetTopic(topic);
        var consumer = _consumers.TryTake(out var idle) ? idle : new PartitionConsumer(_kafka, needsAll: true, isBounded: true);
        try
        {
            consumer.Of(new TopicPartition(topic, partition));
            return new KafkaLogReader(found, partition, offset, new OwnFeed(consumer, _consumers));
        }
        catch
        {
            consumer.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PartitionReader> OpenReaders(string topic, IReadOnlyList<(int Partition, long Offset)> from)
    {
        ArgumentNullException.ThrowIfNull(from);
        var found = (KafkaTopic)GetTopic(topic);
        var ranges = found.Ranges();
        foreach (var (partition, offset) in from) KafkaLogReader.Check(found, partition, offset, ranges[partition]);
        if (from.Count == 0) return [];
        var shared = new SharedFeeds(_kafka, topic, from);
        return [.. shared.Feeds.Zip(from, (feed, start) => new KafkaLogReader(found, start.Partition, start.Offset, feed))];
    }

    /// <summary>Whether a sink's records could go into the log's commits: to the same cluster, with the same settings.</summary>
    internal bool IsOn(KafkaCluster kafka) => _kafka.WritesAs(kafka);

    /// <summary>Returns a topic with the partitions that it has now.</summary>
    internal LogTopic GetTopicAnew(string name)
    {
        LoadTopics();
        return GetTopic(name);
    }

    /// <summary>Opens a reader that waits for no commit: it also reads records that are not committed yet, or never will be.</summary>
    internal PartitionReader OpenUncommittedReader(LogTopic topic, int partition, long offset)
    {
        var feed = new SharedFeeds(_kafka, topic.Name, [(partition, offset)], areCommitted: false).Feeds[0];
        return new KafkaLogReader((KafkaTopic)topic, partition, offset, feed);
    }

    /// <summary>Completes the commits that were begun, and closes the connections.</summary>
    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return default;
        foreach (var writer in _writers.Values.Where(static writer => writer.IsValueCreated)) writer.Value.Dispose();
        foreach (var group in _groups.Values) group.Dispose();
        while (_consumers.TryTake(out var consumer)) consumer.Dispose();
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

    /// <summary>Creates a topic of which the last record of each key is kept, unless it exists.</summary>
    internal Task<LogTopic> CreateCompactedAsync(string name, int partitions)
        => CreateAsync(name, partitions, ClusterAdmin.Compacted);

    /// <summary>Shuts out the owner of another process: it can commit nothing more, and what it left open is settled.</summary>
    /// <remarks>A broker that finds a transaction open begins to end it, and the client asks again only half a second later. A new client
    /// asks at once.</remarks>
    internal async Task ShutOutAsync(string owner, CancellationToken cancellationToken)
    {
        for (var longest = ShortestShutOut; ; longest *= 4)
        {
            try
            {
                await Task.Run(() => new CommitWriter(_kafka, Prefix + owner, longest).Dispose(), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (KafkaRetriableException) when (longest < _kafka.Timeout)
            {
            }
            catch (KafkaException error)
            {
                throw KafkaErrors.OfLog(_kafka, $"commits of '{Prefix}{owner}'", error.Error);
            }
        }
    }

    /// <summary>Ends the commits of an owner of this process.</summary>
    internal void Retire(string owner)
    {
        if (_writers.TryRemove(owner, out var writer) && writer.IsValueCreated) writer.Value.Dispose();
    }

    /// <summary>Lets an owner of this process commit again after a commit whose outcome is not known: that is settled first.</summary>
    /// <returns>Whether there was any.</returns>
    internal bool Renew(string owner)
    {
        if (!_writers.TryGetValue(owner, out var writer) || writer is not { IsValueCreated: true, Value.HasFailed: true }) return false;
        Retire(owner);
        return true;
    }

    internal void Leave(KafkaMembership member)
    {
        _members.TryRemove(member, out _);
        Retire(member.Owner);
    }

    /// <summary>The first offset of a partition.</summary>
    internal long StartOf(TopicPartition partition) => _admin.OffsetOf(partition, OffsetSpec.Earliest());

    /// <summary>The offset up to which readers of committed records can read, now or soon.</summary>
    internal long EndOf(TopicPartition partition)
        => Math.Max(StableOf(partition), _ends.GetValueOrDefault(partition));

    /// <summary>The offset up to which readers of committed records can read now.</summary>
    internal long StableOf(TopicPartition partition) => _admin.OffsetOf(partition, OffsetSpec.Latest());

    /// <summary>The first offset of each partition, and the one up to which readers of committed records can read.</summary>
    internal IReadOnlyList<(long Start, long End)> RangesOf(KafkaTopic topic)
    {
        Partition[] partitions = [.. Enumerable.Range(0, topic.PartitionCount).Select(static partition => new Partition(partition))];
        var starts = _admin.OffsetsOf(topic.Name, partitions, OffsetSpec.Earliest());
        var ends = _admin.OffsetsOf(topic.Name, partitions, OffsetSpec.Latest());
        return [.. partitions.Select(
            partition => (starts[partition], Math.Max(ends[partition], _ends.GetValueOrDefault(new(topic.Name, partition)))))];
    }

    private async Task CompleteAsync(LogCommit commit)
    {
        try
        {
            foreach (var group in commit.Offsets.Select(static offset => offset.Group).Distinct())
                await CreateAsync(GroupOffsets.TopicOf(group), 1, ClusterAdmin.Compacted).ConfigureAwait(false);
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
        catch (Exception error)
        {
            Release(commit);
            if (error is ShutOutException) _members.Keys.FirstOrDefault(member => member.Owner == commit.Owner)?.ShutOut();
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

    private GroupOffsets OffsetsOf(string group) => _groups.GetOrAdd(group, static (group, log) => new GroupOffsets(log, group), this);

    private CommitWriter WriterOf(string owner)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        var writer = _writers.GetOrAdd(
            owner, static (owner, kafka) => new(() => new CommitWriter(kafka, Prefix + owner, kafka.Timeout)), _kafka);
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

    private void LoadTopics()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        foreach (var (name, partitions) in _admin.Topics())
        {
            if (!_topics.TryGetValue(name, out var known) || known.PartitionCount != partitions)
                _topics[name] = new KafkaTopic(this, name, partitions, new TopicSettings());
        }
    }

    private async Task<LogTopic> CreateAsync(string name, int partitions, Dictionary<string, string> configuration)
    {
        if (_topics.TryGetValue(name, out var known)) return known;
        await _admin.CreateAsync(name, partitions, configuration).ConfigureAwait(false);
        return GetTopic(name);
    }
}
