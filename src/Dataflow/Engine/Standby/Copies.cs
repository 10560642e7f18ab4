using System.Diagnostics;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Standby;

/// <summary>The copies of shards that this process keeps while others have them. A copy holds nothing but what was committed, up to an
/// offset of the shard's changelog; who takes the shard over reads what follows.</summary>
/// <remarks>A thread reads the copies from the log and follows the changes, as long as there are any to keep. What it cannot read it begins
/// anew: a copy only saves time, and never stops a job.</remarks>
internal sealed class Copies : IDisposable
{
    private const int ShardsAtOnce = 8; // a log may be far away
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromSeconds(2);

    private readonly PartitionedLog _log;
    private readonly int _standbys;
    private readonly JobLog _messages;
    private readonly LocalImages? _onDisk;
    private readonly Lock _gate = new(); // for all that follows
    private readonly Dictionary<int, ShardImage> _images = [];
    private readonly CancellationTokenSource _stopping = new();
    private IReadOnlyList<PartitionReader> _readers = []; // of the changelogs of the images, as far as they are followed
    private OtherProcesses? _others; // where several share the pipeline
    private CheckpointTopics? _topics; // of the last run
    private ShardSet _own = ShardSet.All;
    private ShardSet _coming;
    private TaskCompletionSource _fetched = new(); // when there are copies of these
    private bool _areShared;
    private bool _isFollowing;
    private Task _following = Task.CompletedTask;
    private volatile IReadOnlyList<CopyStatus> _status = [];

    public Copies(PartitionedLog log, int standbys, JobLog messages, LocalImages? onDisk)
        => (_log, _standbys, _messages, _onDisk) = (log, standbys, messages, onDisk);

    /// <summary>The copies as they were after the last look. Safe for any thread.</summary>
    public IReadOnlyList<CopyStatus> Status => _status;

    /// <summary>Begins, or goes on with other shards.</summary>
    /// <param name="topics">The topics of the run.</param>
    /// <param name="own">The shards that it has.</param>
    /// <param name="areShared">Whether several processes have some each; otherwise one has all, and each that waits keeps copies of
    /// them.</param>
    public void Follow(CheckpointTopics topics, ShardSet own, bool areShared)
    {
        lock (_gate)
        {
            (_topics, _own, _areShared, _coming) = (topics, own, areShared, ShardSet.None);
            _fetched.TrySetCanceled();
            if (_standbys > 0 || _images.Count > 0) GoOn();
        }
    }

    /// <summary>Makes copies of shards that are about to come to the process, before the next <see cref="Follow"/>.</summary>
    /// <returns>Completes when they are there, or cannot be made now; cancelled when they are not wanted any more.</returns>
    public Task FetchAsync(ShardSet coming)
    {
        lock (_gate)
        {
            (_coming, _fetched) = (coming.Except(_own), new(TaskCreationOptions.RunContinuationsAsynchronously));
            GoOn();
            return _fetched.Task;
        }
    }

    /// <summary>Reads on until the copies of some shards hold all that was committed, or for as long as that is worth it.</summary>
    public void CatchUp(ShardSet shards, IReadOnlyList<RestorePoint> points)
    {
        lock (_gate)
        {
            try
            {
                var behind = _readers.Where(reader => shards.Contains(reader.Partition)).ToList();
                var start = Stopwatch.GetTimestamp();
                while (behind.Exists(reader => reader.Position < points[reader.Partition].ChangelogEnd))
                {
                    if (ReadChanges()) continue;
                    if (Stopwatch.GetElapsedTime(start) >= LongestCatchUp) return;
                    Thread.Sleep(1);
                }
            }
            catch (Exception error) when (error is LogException or InvalidDataException)
            {
                // Who takes a copy reads on itself.
            }
        }
    }

    /// <summary>Takes the copy of a shard, which is the caller's from here on; null: there is none.</summary>
    public ShardImage? Take(int shard)
    {
        lock (_gate) return _images.Remove(shard, out var image) ? image : null;
    }

    public void Dispose()
    {
        _stopping.Cancel();
        ((IAsyncResult)_following).AsyncWaitHandle.WaitOne();
        _fetched.TrySetCanceled();
        CloseReaders();
        _others?.Dispose();
        foreach (var image in _images.Values) image.Dispose();
        _stopping.Dispose();
    }

    private void GoOn()
    {
        if (_isFollowing || _stopping.IsCancellationRequested) return;
        _isFollowing = true;
        _following = OnThread(Run);
    }

    // Not on threads of the pool: reads wait, and the run that goes on meanwhile needs these for its commits.
    private static Task OnThread(Action act)
        => Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                if (Step()) continue;
                if (IsDone()) return;
            }
            catch (Exception error) when (!_stopping.IsCancellationRequested)
            {
                BeginAnew((error as AggregateException)?.InnerExceptions[0] ?? error);
                pause = PauseAfterError;
            }

            _stopping.Token.WaitHandle.WaitOne(pause);
        }
    }

    /// <summary>Does the work that is due; false if there was none.</summary>
    private bool Step()
    {
        ShardSet missing;
        lock (_gate)
        {
            var wanted = Wanted();
            foreach (var shard in _images.Keys.Where(shard => !wanted.Contains(shard)).ToList()) Drop(shard);
            missing = wanted.Except(ShardSet.Of(_images.Keys));
        }

        Task.WaitAll([.. missing.Take(ShardsAtOnce).Select(shard => OnThread(() => ReadWhole(shard)))]);
        lock (_gate)
        {
            if (missing.Count <= ShardsAtOnce) OpenReaders();
            var any = ReadChanges();
            Publish();
            if (_coming.Except(ShardSet.Of(_images.Keys)).IsEmpty) _fetched.TrySetResult();
            return any || !missing.IsEmpty;
        }
    }

    /// <summary>Ends the thread if nothing is to be copied until more is asked for.</summary>
    private bool IsDone()
    {
        lock (_gate)
        {
            if (_standbys > 0 || _images.Count > 0 || !_coming.IsEmpty) return false;
            _isFollowing = false;
            return true;
        }
    }

    private ShardSet Wanted() => _coming | (_standbys > 0 ? Planned() : ShardSet.None);

    private ShardSet Planned()
    {
        if (!_areShared) return _own.IsEmpty ? ShardSet.All : ShardSet.None;
        _others ??= new OtherProcesses(_log, _topics!);
        _others.Look();
        return CopyPlan.Of(_topics!.Owner, _own, _others.Newest, _standbys);
    }

    private void ReadWhole(int shard)
    {
        var at = _topics!.RestorePointOf(shard);
        var image = _onDisk?.Read(shard, at) ?? ShardImage.Read(_log, _topics!, shard, at);
        lock (_gate)
        {
            if (!_coming.Contains(shard)) image.Place = StatePlace.Copy;
            if (_own.Contains(shard)) image.Dispose();
            else _images.Add(shard, image);
        }
    }

    /// <summary>Opens readers of the changes of all images, if those there are have others.</summary>
    private void OpenReaders()
    {
        if (_readers.Count == _images.Count && _readers.All(reader => CopyOf(reader) is not null)) return;
        CloseReaders();
        if (_images.Count == 0) return;
        var ranges = _topics!.Changelog.Ranges();
        foreach (var shard in _images.Keys.Where(shard => _images[shard].Position < ranges[shard].Start).ToList()) Drop(shard);
        _readers = _log.OpenReaders(_topics.Changelog.Name, [.. _images.Select(static image => (image.Key, image.Value.Position))]);
    }

    /// <summary>Reads once from each changelog. One whose copy is no longer here is read too: it may hold up the others.</summary>
    private bool ReadChanges()
    {
        var any = false;
        foreach (var reader in _readers)
        {
            var image = CopyOf(reader);
            if (!reader.TryRead(out var batch)) image?.MoveTo(reader.Position);
            else image?.Apply(in batch, reader.Position);
            any |= batch.Count > 0;
        }

        return any;
    }

    /// <summary>The copy to which the changes of a reader belong next; null: it was taken or dropped.</summary>
    private ShardImage? CopyOf(PartitionReader reader)
        => _images.TryGetValue(reader.Partition, out var image) && image.Position == reader.Position ? image : null;

    private void Publish() => _status =
    [
        .. from reader in _readers
           let image = CopyOf(reader)
           where image is not null
           select new CopyStatus(reader.Partition, image.Entries, image.Bytes, reader.End - reader.Position),
    ];

    /// <summary>Goes on after an error with connections of its own; copies whose changes are no longer there are read anew.</summary>
    private void BeginAnew(Exception error)
    {
        _messages.CopiesInterrupted(error);
        lock (_gate)
        {
            CloseReaders();
            _others?.Dispose();
            _others = null;
            _fetched.TrySetResult(); // the error may be one of the log, which the next run finds out
            Publish();
        }
    }

    private void CloseReaders()
    {
        foreach (var reader in _readers) reader.Dispose();
        _readers = [];
    }

    private void Drop(int shard)
    {
        if (_images.Remove(shard, out var image)) image.Dispose();
    }
}
