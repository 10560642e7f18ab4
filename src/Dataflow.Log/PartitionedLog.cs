using System.Diagnostics.CodeAnalysis;

namespace Dataflow.Log;

/// <summary>A durable partitioned log: topics that are read from any offset, and commits that append to many of them at once. A job keeps
/// its results, positions and state in one.</summary>
/// <remarks>Safe for any number of threads. A commit is there as a whole or not at all, also for readers. Offsets of a partition ascend,
/// but need not be consecutive: a log may have records of its own between. Groups are named positions, set in commits.</remarks>
public abstract class PartitionedLog : IAsyncDisposable
{
    private static readonly TopicSettings Forever = new();

    /// <summary>A directory of this machine for files that a job needs while it runs. Null: the job keeps all in memory, as the log
    /// does.</summary>
    public abstract string? WorkDirectory { get; }

    /// <summary>The file system of <see cref="WorkDirectory"/>. Default: the machine's.</summary>
    public virtual IFileSystem Files => PhysicalFileSystem.Instance;

    /// <summary>The scheduler on which a job does its background work. Default: that of the thread pool.</summary>
    public virtual TaskScheduler Scheduler => TaskScheduler.Default;

    /// <summary>The largest number of bytes that a producer holds before they are durable. Default 64 MiB.</summary>
    protected virtual long MaxPendingBytes => LogOptions.DefaultMaxPendingBytes;

    /// <summary>Looks up a topic. A log that lies in a cluster may ask it, and blocks until the answer comes.</summary>
    public abstract bool TryGetTopic(string name, [MaybeNullWhen(false)] out LogTopic topic);

    /// <summary>Returns the topic of that name.</summary>
    /// <exception cref="LogException">There is none; the message names those that exist.</exception>
    public LogTopic GetTopic(string name) => TryGetTopic(name, out var topic) ? topic : throw LogException.TopicUnknown(name, TopicNames());

    /// <summary>Returns the names of the topics that there are, in ordinal order; of a log in a cluster, those that it has met.</summary>
    public IReadOnlyList<string> ListTopics() => [.. TopicNames().Order(StringComparer.Ordinal)];

    /// <summary>Creates a topic that keeps its records for ever, or returns the existing one with the same number of partitions.</summary>
    /// <inheritdoc cref="CreateTopicAsync(string, int, TopicSettings, CancellationToken)"/>
    public ValueTask<LogTopic> CreateTopicAsync(string name, int partitions, CancellationToken cancellationToken = default)
        => CreateTopicAsync(name, partitions, Forever, cancellationToken);

    /// <summary>Creates a topic, or returns the existing one with the same number of partitions.</summary>
    /// <param name="name">1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-'; not '.' or '..'; not an existing name in other
    /// case.</param>
    /// <param name="partitions">The number of partitions, at least 1; never changes.</param>
    /// <param name="settings">The retention and segment sizes; an existing topic keeps its own.</param>
    /// <param name="cancellationToken">Ends the wait; the topic may be created all the same.</param>
    /// <exception cref="LogException">The name is not allowed, or the topic exists with another number of partitions.</exception>
    public abstract ValueTask<LogTopic> CreateTopicAsync(
        string name, int partitions, TopicSettings settings, CancellationToken cancellationToken = default);

    /// <summary>Returns what tells a topic from any other of its name, such as one that is created after it was deleted, or one of
    /// another cluster. Null: the log cannot tell; unless overridden it cannot. A log that lies in a cluster may ask it, and blocks
    /// until the answer comes.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <exception cref="LogException">There is no such topic, or the log does not answer.</exception>
    public virtual string? GetTopicIdentity(string topic) => null;

    /// <summary>Deletes a topic for good, with its records and the offsets that groups have in it. A crash leaves it as a whole or not at
    /// all. A topic that is created under its name later begins empty.</summary>
    /// <remarks>It asks nobody whether the topic is needed; <c>TopicDeletion</c> of the engine does. Unless overridden it refuses: in a
    /// cluster others may need the topic, and its own tools delete it.</remarks>
    /// <param name="topic">The topic's name.</param>
    /// <param name="cancellationToken">Ends the wait; the topic may be deleted all the same.</param>
    /// <exception cref="LogException">There is no such topic, or the log deletes none.</exception>
    public virtual ValueTask DeleteTopicAsync(string topic, CancellationToken cancellationToken = default)
        => throw LogException.TopicsStay(topic);

    /// <summary>Shuts out all others that commit under a name, in this process or another: their later commits fail, and commits that they
    /// left unfinished are completed or undone before the call completes. Call it before you read what such a commit may change.</summary>
    /// <param name="owner">The name: see <see cref="LogCommit.Owner"/>.</param>
    /// <param name="cancellationToken">Ends the wait; others may be shut out all the same.</param>
    /// <exception cref="LogException">The log does not answer.</exception>
    public abstract ValueTask FenceAsync(string owner, CancellationToken cancellationToken = default);

    /// <summary>Joins the processes that share the work of a name. Unless overridden, there is one at a time, and a later one shuts it
    /// out.</summary>
    /// <param name="owner">The name.</param>
    /// <param name="units">The number of units of work.</param>
    /// <param name="areShared">Whether several processes may have some of the units each; otherwise one has them all, and others wait for
    /// it to leave.</param>
    public virtual LogMembership Join(string owner, int units, bool areShared) => new OnlyMember(this, owner, units);

    /// <summary>Makes everything in a commit visible and durable together.</summary>
    /// <param name="commit">The commit. From here on it cannot be changed, nor committed again but after a
    /// <see cref="LogFullException"/>.</param>
    /// <param name="cancellationToken">Ends the wait; the commit happens all the same.</param>
    /// <returns>Completes when the commit is durable as the log promises. Commits of one caller happen in the order of the calls.</returns>
    /// <exception cref="LogException">A topic is of another log, a group offset is for a topic or partition that does not exist, or another
    /// process has taken over the commit's <see cref="LogCommit.Owner"/>.</exception>
    /// <exception cref="InvalidOperationException">The commit was passed to a log already.</exception>
    /// <exception cref="LogFullException">There is no room; nothing happened and the same commit may be retried.</exception>
    /// <exception cref="LogFailedException">The log failed; once it is opened again the commit is there as a whole or not at
    /// all.</exception>
    public ValueTask CommitAsync(LogCommit commit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(commit);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var append in commit.Appends)
        {
            if (!Owns(append.Topic)) throw LogException.TopicOfAnotherLog(append.Topic.Name);
        }
        foreach (var offset in commit.Offsets) GetTopic(offset.Topic).Check(offset.Partition);
        commit.HandOver();
        return WriteAsync(commit, cancellationToken);
    }

    /// <summary>Returns the offset from which a group reads a partition next; null if it never committed one there. A log that lies in a
    /// cluster may ask it, and blocks until the answer comes.</summary>
    /// <exception cref="LogException">There is no such topic, or the log does not answer.</exception>
    public abstract long? GetGroupOffset(string group, string topic, int partition);

    /// <summary>Returns <see cref="GetGroupOffset"/> of all partitions of a topic at once.</summary>
    /// <exception cref="LogException">There is no such topic, or the log does not answer.</exception>
    public virtual IReadOnlyList<long?> GetGroupOffsets(string group, string topic)
        => [.. Enumerable.Range(0, GetTopic(topic).PartitionCount).Select(partition => GetGroupOffset(group, topic, partition))];

    /// <summary>Moves the start of a partition up to an offset: no reader gets the records below it any more. Their space is freed then or
    /// later.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="partition">The partition's number, from 0.</param>
    /// <param name="startOffset">The new start, at most the partition's end; nothing happens when it is not above the old one.</param>
    /// <param name="cancellationToken">Ends the wait; the trim may happen all the same.</param>
    /// <exception cref="OffsetOutOfRangeException">It is beyond the partition's end.</exception>
    /// <exception cref="LogException">There is no such topic or partition, or the log does not answer.</exception>
    public abstract ValueTask TrimAsync(string topic, int partition, long startOffset, CancellationToken cancellationToken = default);

    /// <summary>Opens a reader that begins at an offset.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="partition">The partition's number, from 0.</param>
    /// <param name="offset">From the partition's start to its end; at the end the reader waits for the next record.</param>
    /// <exception cref="OffsetOutOfRangeException">The partition does not hold it; the message says which offsets it holds.</exception>
    /// <exception cref="LogException">There is no such topic or partition, or the log does not answer.</exception>
    public abstract PartitionReader OpenReader(string topic, int partition, long offset);

    /// <summary>Opens readers of several partitions of a topic, which one thread reads in turn: over one connection, where the log has
    /// any.</summary>
    /// <inheritdoc cref="OpenReader"/>
    /// <param name="topic">The topic's name.</param>
    /// <param name="from">The offset of each partition.</param>
    public virtual IReadOnlyList<PartitionReader> OpenReaders(string topic, IReadOnlyList<(int Partition, long Offset)> from)
    {
        ArgumentNullException.ThrowIfNull(from);
        return [.. from.Select(start => OpenReader(topic, start.Partition, start.Offset))];
    }

    /// <summary>Creates a producer that collects records and commits them in groups.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="owner">The owner of its commits: see <see cref="LogCommit.Owner"/>.</param>
    /// <exception cref="LogException">There is no such topic.</exception>
    public LogProducer CreateProducer(string topic, string? owner = null) => new(this, GetTopic(topic), owner, MaxPendingBytes);

    /// <summary>Completes the commits that were begun, and closes the log. Readers that wait are told.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>The names of the topics, for messages.</summary>
    protected abstract IEnumerable<string> TopicNames();

    /// <summary>Whether a topic is one of this log.</summary>
    protected abstract bool Owns(LogTopic topic);

    /// <summary>Writes a commit whose topics and partitions exist. Its outcome is told by <see cref="Complete"/>, <see cref="Reopen"/> or
    /// <see cref="Release"/> before the task completes.</summary>
    protected abstract ValueTask WriteAsync(LogCommit commit, CancellationToken cancellationToken);

    /// <summary>Says that a commit is durable.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="baseOffsets">The offset of each append's first record, in the order of the appends.</param>
    protected static void Complete(LogCommit commit, IReadOnlyList<long> baseOffsets)
    {
        ArgumentNullException.ThrowIfNull(commit);
        ArgumentNullException.ThrowIfNull(baseOffsets);
        for (var i = 0; i < commit.Appends.Count; i++) commit.Appends[i].BaseOffset = baseOffsets[i];
        commit.Complete();
    }

    /// <summary>Says that a commit left no trace, so that it may be committed again.</summary>
    protected static void Reopen(LogCommit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        commit.Reopen();
    }

    /// <summary>Says that a commit failed and stays closed: frees its memory.</summary>
    protected static void Release(LogCommit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        commit.ReleaseRecords();
    }
}
