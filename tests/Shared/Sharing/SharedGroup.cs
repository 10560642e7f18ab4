using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Dataflow.Log;
using Dataflow.Testing.Disks;

namespace Dataflow.Tests.Shared;

/// <summary>Processes that share a pipeline: each has a log of its own, and all lie on one. The test says who has which shards.</summary>
internal sealed class SharedGroup(LogStore store)
{
    private readonly Lock _lock = new();
    private readonly List<Process> _processes = [];
    private TaskCompletionSource _changed = new();
    private long _term;

    /// <summary>What tells the topics from others of their names; null: nothing does.</summary>
    public string? Identity { get; set; }

    /// <summary>The disks of all processes.</summary>
    public SimulatedFileSystem Disk { get; set; } = new();

    /// <summary>Waited for before a file is created; null: nothing is.</summary>
    public Task? CreatesFilesAfter { get; set; }

    /// <summary>Adds a process, which has no shards yet.</summary>
    public Process Add()
    {
        var process = new Process(this, store);
        lock (_lock) _processes.Add(process);
        return process;
    }

    /// <summary>Gives each process its shards, in the order in which they were added, as a bit set; those that change move.</summary>
    public void Give(params ulong[] shards)
    {
        lock (_lock)
        {
            foreach (var (process, next) in _processes.Where(static process => !process.IsDead).Zip(shards)) process.Give(next);
            Change();
        }
    }

    /// <summary>Whether each process has the shards that were given to it last.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_lock) return _processes.TrueForAll(static process => process.IsDead || process.IsSettled);
        }
    }

    private void Change()
    {
        foreach (var process in _processes) process.Offer();
        _changed.TrySetResult();
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The log of one of the processes.</summary>
    internal sealed class Process(SharedGroup group, LogStore store) : PartitionedLog
    {
        private readonly string _owner = $"{Guid.NewGuid():n}";
        private TaskCompletionSource<bool> _moving = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource<IReadOnlyList<int>> _coming = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ulong _next;
        private ulong _taken;
        private ulong _held;
        private volatile bool _hasLeft; // and gets no shards until it joins again
        private long _term;
        private Task _goingOn = Task.CompletedTask;
        private TaskCompletionSource _still = new();

        /// <summary>The partitions that were opened, by topic.</summary>
        public ConcurrentBag<(string Topic, int Partition)> Opened { get; } = [];

        public bool IsDead { get; private set; }

        /// <summary>Whether it has heard from elsewhere that others have its shards.</summary>
        public bool IsShutOut { get; private set; }

        /// <summary>Whether a commit waits for <see cref="GoOn"/>.</summary>
        public bool HoldsCommit { get; private set; }

        public override string? WorkDirectory => null;

        internal bool IsSettled => _hasLeft || _taken == _next;

        /// <summary>Waited for before changes of state are read; null: nothing is.</summary>
        public Task? ReadsStateAfter { get; set; }

        /// <summary>Whether it reads nothing of what others send through exchanges, so that its event time stands.</summary>
        public bool IsDeaf { get; set; }

        public override IFileSystem Files { get; } = new SlowFiles(group);

        public override string? GetTopicIdentity(string topic) => group.Identity;

        /// <summary>Ends its commits, as its death would, and lets others take its shards.</summary>
        public void Die()
        {
            lock (group._lock)
            {
                (IsDead, _taken) = (true, 0);
                group.Change();
            }
        }

        /// <summary>Lets no commit through, until <see cref="GoOn"/>.</summary>
        public void StandStill() => _goingOn = (_still = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void GoOn() => _still.TrySetResult();

        public override bool TryGetTopic(string name, [MaybeNullWhen(false)] out LogTopic topic) => store.TryGetTopic(name, out topic);

        public override ValueTask<LogTopic> CreateTopicAsync(
            string name, int partitions, TopicSettings settings, CancellationToken cancellationToken = default)
            => store.CreateTopicAsync(name, partitions, settings, cancellationToken);

        public override ValueTask FenceAsync(string owner, CancellationToken cancellationToken = default) => default;

        public override LogMembership Join(string owner, int units, bool areShared)
        {
            _hasLeft = false;
            return new Member(this);
        }

        public override long? GetGroupOffset(string name, string topic, int partition) => store.GetGroupOffset(name, topic, partition);

        public override ValueTask TrimAsync(string topic, int partition, long startOffset, CancellationToken cancellationToken = default)
            => store.TrimAsync(topic, partition, startOffset, cancellationToken);

        public override PartitionReader OpenReader(string topic, int partition, long offset)
        {
            Opened.Add((topic, partition));
            if (topic.EndsWith(".changelog", StringComparison.Ordinal)) ((IAsyncResult?)ReadsStateAfter)?.AsyncWaitHandle.WaitOne();
            var reader = store.OpenReader(topic, partition, offset);
            return topic.EndsWith(".repartition", StringComparison.Ordinal) ? new Ear(this, reader) : reader;
        }

        public override ValueTask DisposeAsync() => default;

        internal void Give(ulong shards)
        {
            if (shards == _next) return;
            _next = shards;
            if (_taken == 0 || (_taken & ~_next) != 0) _moving.TrySetResult(true);
        }

        /// <summary>Tells the process of shards that come beside those it has, once nobody else has them.</summary>
        internal void Offer()
        {
            if (_taken != 0 && (_taken & ~_next) == 0 && _taken != _next && IsFree(_next)) _coming.TrySetResult(Units(_next & ~_taken));
        }

        private bool IsFree(ulong shards)
            => group._processes.TrueForAll(other => other == this || other.IsDead || (other._taken & shards) == 0);

        protected override IEnumerable<string> TopicNames() => store.ListTopics();

        protected override bool Owns(LogTopic topic) => true;

        protected override async ValueTask WriteAsync(LogCommit commit, CancellationToken cancellationToken)
        {
            HoldsCommit = !_goingOn.IsCompleted;
            await _goingOn;
            HoldsCommit = false;
            if (IsDead) throw new KilledException();
            var written = new LogCommit();
            foreach (var append in commit.Appends) written.Add(append.Topic, append.Partition, append.Records);
            foreach (var offset in commit.Offsets) written.SetGroupOffset(offset.Group, offset.Topic, offset.Partition, offset.Offset);
            await store.CommitAsync(written, cancellationToken);
            Complete(commit, [.. written.Appends.Select(static append => append.BaseOffset)]);
        }

        private async ValueTask<IReadOnlyList<int>> NextAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                Task changed;
                lock (group._lock)
                {
                    _held = _taken &= _next;
                    group.Change();
                    if (IsFree(_next))
                    {
                        if (_moving.Task.IsCompleted) _moving = new(TaskCreationOptions.RunContinuationsAsynchronously);
                        if (_coming.Task.IsCompleted) _coming = new(TaskCreationOptions.RunContinuationsAsynchronously);
                        _term = ++group._term;
                        return Units(_taken = _next);
                    }

                    changed = group._changed.Task;
                }

                await changed.WaitAsync(cancellationToken);
            }
        }

        private void Leave()
        {
            lock (group._lock)
            {
                (_hasLeft, _taken) = (true, 0);
                group.Change();
            }
        }

        private static IReadOnlyList<int> Units(ulong shards)
            => [.. Enumerable.Range(0, 64).Where(shard => (shards & (1UL << shard)) != 0)];

        private sealed class Ear(Process process, PartitionReader reader) : PartitionReader
        {
            public override string Topic => reader.Topic;

            public override int Partition => reader.Partition;

            public override long Position => reader.Position;

            public override long End => reader.End;

            public override bool TryRead(out RecordBatch batch)
            {
                batch = default;
                return !process.IsDeaf && reader.TryRead(out batch);
            }

            public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
                => reader.WaitToReadAsync(cancellationToken);

            public override void Seek(long offset) => reader.Seek(offset);

            protected override void Dispose(bool disposing) => reader.Dispose();
        }

        private sealed class Member(Process process) : LogMembership
        {
            public override string Owner => process._owner;

            public override bool MayBeShared => true;

            public override Task<bool> Moving => process._moving.Task;

            public override Task<IReadOnlyList<int>> Coming => process._coming.Task;

            public override IReadOnlyList<int> Held => Units(process._held);

            public override void Prepared() => process._moving.TrySetResult(true);

            public override long Term => process._term;

            public override void ShutOut()
            {
                process.IsShutOut = true;
                process._moving.TrySetResult(false);
            }

            public override ValueTask<IReadOnlyList<int>> NextAsync(CancellationToken cancellationToken = default)
                => process.NextAsync(cancellationToken);

            public override ValueTask DisposeAsync()
            {
                process.Leave();
                return default;
            }
        }
    }

    /// <summary>The disks, on which files may be created late.</summary>
    private sealed class SlowFiles(SharedGroup group) : IFileSystem
    {
        public IFile Open(string path, FileMode mode)
        {
            if (mode == FileMode.CreateNew) ((IAsyncResult?)group.CreatesFilesAfter)?.AsyncWaitHandle.WaitOne();
            return group.Disk.Open(path, mode);
        }

        public bool Exists(string path) => group.Disk.Exists(path);

        public IReadOnlyList<string> List(string directory) => group.Disk.List(directory);

        public void CreateDirectory(string path) => group.Disk.CreateDirectory(path);

        public void Delete(string path) => group.Disk.Delete(path);

        public bool DeleteDirectory(string path) => group.Disk.DeleteDirectory(path);

        public void Rename(string from, string to) => group.Disk.Rename(from, to);

        public void SyncDirectory(string path) => group.Disk.SyncDirectory(path);

        public IDisposable Lock(string path) => group.Disk.Lock(path);
    }

    private sealed class KilledException() : LogException("The process is dead.");
}
