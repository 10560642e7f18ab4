using System.Buffers;
using Dataflow.Log.Journaling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dataflow.Log;

/// <summary>A durable partitioned log in one directory: topics of Kafka record batches, committed through one journal.</summary>
/// <remarks>
/// Safe for any number of threads. One store at a time has a directory open. A commit is acknowledged, and readers see it,
/// once <see cref="LogOptions.Durability"/> covers it. After a failed write or sync the store takes no more commits: see
/// <see cref="LogFailedException"/>.
/// </remarks>
public sealed class LogStore : PartitionedLog, IDisposable
{
    private const int MaxNameLength = 249;
    private static readonly SearchValues<char> NameCharacters
        = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxInterval = TimeSpan.FromHours(1);

    private readonly LogState _state;
    private readonly LogWriter _writer;
    private readonly Committer _committer;
    private readonly DedicatedThreadScheduler? _thread;
    private readonly IDisposable? _lock;
    private readonly Lock _retainingLock = new();
    private ITimer? _retaining;
    private TimeSpan? _retainingInterval;
    private int _disposed;

    private LogStore(
        string directory, LogOptions options, LogState state, IFileSystem files, Journal? journal, RecoveryReport recovery,
        IDisposable? taken)
    {
        (Directory, Options, Recovery, _state, _lock) = (directory, options, recovery, state, taken);
        _writer = new LogWriter(state, files, journal, options, directory);
        _writer.Checkpoint();
        _thread = options.CommitScheduler is null ? new DedicatedThreadScheduler("dataflow log commits") : null;
        _committer = new Committer(_writer, options.CommitScheduler ?? _thread!, directory, LoggerOf(options));
        RetainInTime();
    }

    /// <summary>The full path of the log's directory.</summary>
    public string Directory { get; }

    /// <summary>The options it was opened with.</summary>
    public LogOptions Options { get; }

    /// <summary>The report of the recovery that opened it.</summary>
    public RecoveryReport Recovery { get; }

    /// <summary>The topics, in no order.</summary>
    public IReadOnlyCollection<LogTopic> Topics => [.. _state.Topics.Values];

    /// <summary>The offsets of all groups, in no order.</summary>
    public IReadOnlyCollection<GroupOffset> GroupOffsets
    {
        get
        {
            var offsets = _state.GroupOffsets.ToArray(); // before the topics, which then have them all but for deleted ones
            var names = _state.Topics.Values.ToDictionary(static topic => topic.Id, static topic => topic.Name);
            return [.. offsets.Where(found => names.ContainsKey(found.Key.TopicId)).Select(found => new GroupOffset(
                found.Key.Group, names[found.Key.TopicId], found.Key.Partition, found.Value))];
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"Log '{Directory}' ({Options.Durability})";

    /// <summary>Opens a log and recovers its committed data. Blocks until that is done.</summary>
    /// <param name="directory">The log's directory, which is created if it is missing. Its parent should exist: one that is created here
    /// may be lost with the power. With <see cref="Durability.Memory"/> only a name.</param>
    /// <param name="options">The options. Default: <see cref="Durability.PowerLoss"/> with the sizes of <see cref="LogOptions"/>.</param>
    /// <exception cref="LogLockedException">Another store has the directory open.</exception>
    /// <exception cref="CorruptLogException">Stored bytes are damaged; nothing was cut.</exception>
    /// <exception cref="LogException">A version of Dataflow with another storage format wrote the log.</exception>
    /// <exception cref="LogFullException">The disk is full.</exception>
    /// <exception cref="LogFailedException">A sync failed.</exception>
    /// <exception cref="LogAccessException">The system refused a file or the lock: permissions, too many open files, no file
    /// locks.</exception>
    public static LogStore Open(string directory, LogOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options ??= new LogOptions();
        directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (options.Durability != Durability.Memory) return OpenOnDisk(directory, options);
        var memory = new MemoryFileSystem();
        var empty = new LogState(LogLayout.Topics(directory), memory);
        return new LogStore(directory, options, empty, memory, journal: null, RecoveryReport.Nothing, taken: null);
    }

    /// <inheritdoc/>
    public override string? WorkDirectory => Options.Durability == Durability.Memory ? null : Directory;

    /// <inheritdoc/>
    public override IFileSystem Files => Options.FileSystem;

    /// <inheritdoc/>
    public override TaskScheduler Scheduler => Options.CommitScheduler ?? TaskScheduler.Default;

    /// <inheritdoc/>
    protected override long MaxPendingBytes => Options.MaxPendingBytes;

    /// <inheritdoc/>
    public override bool TryGetTopic(string name, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out LogTopic topic)
    {
        var exists = _state.Topics.TryGetValue(name, out var found);
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
        if (name.Length is 0 or > MaxNameLength || name is "." or ".." || name.AsSpan().ContainsAnyExcept(NameCharacters))
            throw LogException.TopicNameInvalid(name);
        if (!_state.Topics.TryGetValue(name, out var existing) || existing.PartitionCount != partitions)
            await EnqueueAsync(new CreateTopicRequest(name, partitions, settings, cancellationToken));
        RetainInTime();
        return _state.Topics[name];
    }

    /// <inheritdoc/>
    /// <remarks>Its readers and producers end with a <see cref="LogException"/>. The space is free when the call has completed; files that
    /// the system does not let go are deleted before the next checkpoint, or when the log is opened again.</remarks>
    public override async ValueTask DeleteTopicAsync(string topic, CancellationToken cancellationToken = default)
    {
        await EnqueueAsync(new DeleteTopicRequest(StoreTopicOf(topic), cancellationToken));
        RetainInTime();
    }

    /// <summary>Replaces a topic's settings from now on, also after the log is opened again.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="settings">The new settings; records beyond the new retention are deleted at once.</param>
    /// <param name="cancellationToken">Ends the wait; the change may happen all the same.</param>
    /// <exception cref="LogException">There is no such topic.</exception>
    /// <exception cref="LogFullException">The disk is full; nothing happened.</exception>
    public async ValueTask ConfigureTopicAsync(string topic, TopicSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        await EnqueueAsync(new ConfigureTopicRequest(StoreTopicOf(topic), settings, cancellationToken));
        RetainInTime();
    }

    /// <summary>Does nothing: no other process has the directory open, and a job refuses to start a second time on a log.</summary>
    public override ValueTask FenceAsync(string owner, CancellationToken cancellationToken = default) => default;

    /// <inheritdoc/>
    public override long? GetGroupOffset(string group, string topic, int partition)
        => _state.GroupOffsets.TryGetValue(new(group, StoreTopicOf(topic).Id, partition), out var offset) ? offset : null;

    /// <inheritdoc/>
    /// <remarks>Space is freed where a whole segment file holds such records only.</remarks>
    public override ValueTask TrimAsync(string topic, int partition, long startOffset, CancellationToken cancellationToken = default)
        => EnqueueAsync(new TrimRequest(StoreTopicOf(topic).PartitionAt(partition), startOffset, cancellationToken));

    /// <inheritdoc/>
    public override PartitionReader OpenReader(string topic, int partition, long offset)
        => new StoreReader(StoreTopicOf(topic).PartitionAt(partition), offset, () => _committer.Failure);

    /// <summary>Completes the queued commits on this thread, writes a checkpoint so that the next open is quick, and unlocks the directory.
    /// Waiting readers are told that the log was closed.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        lock (_retainingLock) _retaining?.Dispose();
        try
        {
            _committer.Close();
        }
        finally
        {
            _writer.Dispose();
            _thread?.Dispose();
            _lock?.Dispose();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public override ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> TopicNames() => _state.Topics.Keys;

    /// <inheritdoc/>
    protected override bool Owns(LogTopic topic)
        => topic is StoreTopic { IsDeleted: true } || (_state.Topics.TryGetValue(topic.Name, out var own) && own == topic);

    /// <inheritdoc/>
    protected override ValueTask WriteAsync(LogCommit commit, CancellationToken cancellationToken)
        => EnqueueAsync(new CommitRequest(commit, cancellationToken));

    private StoreTopic StoreTopicOf(string name) => (StoreTopic)GetTopic(name);

    private static ILogger LoggerOf(LogOptions options)
        => options.LoggerFactory?.CreateLogger(typeof(LogStore).FullName!) ?? NullLogger.Instance;

    private static LogStore OpenOnDisk(string directory, LogOptions options)
    {
        var start = options.Time.GetTimestamp();
        var files = options.FileSystem;
        IDisposable? taken = null;
        Journal? journal = null;
        try
        {
            files.CreateDirectory(directory);
            taken = DirectoryLock.Take(files, directory, options.Time);
            (var state, journal, var report) = new Recovery(files, directory, options).Run();
            var log = new LogStore(directory, options, state, files, journal, report, taken);
            LogMessages.Tell(LoggerOf(options), directory, report, options.Time.GetElapsedTime(start));
            return log;
        }
        catch (Exception error)
        {
            journal?.Dispose();
            taken?.Dispose();
            if (error is SyncFailedException) throw LogFailedException.Of(directory, error.InnerException!);
            if (error is IOException full && DiskErrors.IsDiskFull(full)) throw LogFullException.Of(directory, full);
            if (DiskErrors.IsRefusal(error)) throw LogAccessException.Opening(directory, error);
            throw;
        }
    }

    /// <summary>Checks retention from time to time from now on, if a topic keeps its records for a limited time.</summary>
    private void RetainInTime()
    {
        lock (_retainingLock)
        {
            TimeSpan? interval = _state.Topics.Values.Min(topic => topic.Settings.RetentionTime) is { } min
                ? TimeSpan.FromTicks(Math.Clamp(min.Ticks / 20, MinInterval.Ticks, MaxInterval.Ticks)) : null;
            if (interval == _retainingInterval || _disposed != 0) return;
            _retaining?.Dispose();
            _retaining = interval is { } due ? Options.Time.CreateTimer(_ => Retain(), null, due, due) : null;
            _retainingInterval = interval;
        }
    }

    private void Retain()
    {
        try
        {
            _ = _committer.Enqueue(new RetainRequest());
        }
        catch (ObjectDisposedException)
        {
            // The timer fired while the log was closed.
        }
    }

    private ValueTask EnqueueAsync(Request request) => new(_committer.Enqueue(request));
}
