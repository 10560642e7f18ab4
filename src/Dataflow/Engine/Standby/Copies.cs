using System.Diagnostics;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Standby;

/// <summary>The copies of shards that this process keeps while others have them. A copy holds nothing but what was committed, up to an
/// offset of the shard's changelog; who takes the shard over reads what follows.</summary>
/// <remarks>A thread of its own reads the copies from the log and follows the changes. What it cannot read it begins anew: a copy only
/// saves time, and never stops a job.</remarks>
internal sealed class Copies : IDisposable
{
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
    private bool _areShared;
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
        lock (_gate) (_topics, _own, _areShared) = (topics, own, areShared);
        if (_following.IsCompleted)
            _following = Task.Factory.StartNew(Run, _stopping.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
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
        CloseReaders();
        _others?.Dispose();
        foreach (var image in _images.Values) image.Dispose();
        _stopping.Dispose();
    }

    private void Run()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                if (Step()) continue;
            }
            catch (Exception error) when (!_stopping.IsCancellationRequested)
            {
                BeginAnew(error);
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

        if (!missing.IsEmpty) ReadWhole(missing.First);
        lock (_gate)
        {
            if (missing.Count <= 1) OpenReaders();
            var any = ReadChanges();
            Publish();
            return any || !missing.IsEmpty;
        }
    }

    private ShardSet Wanted()
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
