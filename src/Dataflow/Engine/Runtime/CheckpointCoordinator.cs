using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Dataflow.Log;
using Dataflow.Runtime;
using Dataflow.Serialization;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>Requests checkpoints, collects the tasks' parts and commits each checkpoint as one entry of the log.</summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "Late wakers may come after the end; a semaphore without a wait handle holds nothing.")]
internal sealed class CheckpointCoordinator(JobRun job, CheckpointTopics topics, LocalImages? images)
{
    private const long MaxPendingOutputBytes = 64 << 20;
    private const int CheckpointsKept = 64;
    private const long ManifestBytesKept = 1 << 20;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(20); // the interval of checks for too much output
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly ConcurrentQueue<TaskCheckpoint> _handedIn = new();
    private readonly List<TaskCheckpoint> _parts = [];
    private readonly SemaphoreSlim _wake = new(0);
    private SplitPosition[] _committed = [];
    private readonly StateTypes _types = job.Plan.KeptTypes(job.IsShared);
    private readonly IReadOnlyDictionary<string, ValueSchema> _schemas =
        StateSchemas.Join(job.Restored.Schemas, job.Plan.KeptTypes(job.IsShared).Schemas.All);

    private readonly IReadOnlyDictionary<string, ValueSchema> _keys =
        StateSchemas.Join(job.Restored.Keys, job.Plan.KeptTypes(job.IsShared).Keys.All);

    private long _epoch = job.Restored.Epoch;
    private long _manifestBytes; // since manifests were trimmed
    private long _lastRequest = job.Time.GetTimestamp();
    private Activity? _span; // of the current checkpoint, where someone listens
    private volatile OtherProcesses? _others; // set by the first step of a run that shares the pipeline
    private NewestManifests? _looked; // the last ones that were looked at
    private volatile bool _isGathering;
    private bool _hasEnded;
    private bool _isFinal;
    private volatile bool _stops;

    public CheckpointTopics Topics { get; } = topics;

    public Snapshots Snapshots { get; } = new(job.Log, topics, job.Options.SnapshotBytes, images);

    public CheckpointMetrics Metrics { get; } = new(job.Time);

    /// <summary>The last manifests of all processes that share the pipeline; empty where none does.</summary>
    public NewestManifests? Processes => _others?.Newest;

    private TimeSpan UntilNextLook
        => _isGathering || NextIn > LongestWait ? LongestWait : NextIn > ShortestWait ? NextIn : ShortestWait;

    /// <summary>Whether the checkpoint with which the user asked to stop is committed.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>The number of that checkpoint once it has begun, else -1. Later ones are not needed.</summary>
    public long LastEpoch { get; private set; } = -1; // written before the epoch is requested

    /// <summary>Whether the user has asked to stop with a checkpoint.</summary>
    public bool IsStopping => _stops;

    /// <summary>The time since the current checkpoint was requested; null: none is under way.</summary>
    public TimeSpan? Gathering => _isGathering ? job.Time.GetElapsedTime(Volatile.Read(ref _lastRequest)) : null;

    /// <summary>The time until the next checkpoint is due, unless one is under way.</summary>
    public TimeSpan NextIn => job.Options.CheckpointInterval - job.Time.GetElapsedTime(Volatile.Read(ref _lastRequest));

    /// <summary>The positions from which the job reads on after the last checkpoint, by split; for steps that are told of its commit,
    /// before they take part in another.</summary>
    public IReadOnlyDictionary<string, long> CommittedPositions => _committed.ToDictionary(
        static split => split.Name, static split => split.Handled?.UpTo + 1 ?? split.Position, StringComparer.Ordinal);

    public void Wake() => _wake.Release();

    public void RequestStop()
    {
        _stops = true;
        Wake();
    }

    public void HandIn(TaskCheckpoint part)
    {
        _handedIn.Enqueue(part);
        Wake();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Activity.Current = null; // that of the caller who started the job ended long before
        try
        {
            await StepUntilEndAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return; // the job ends for another reason
        }
        catch (Exception error)
        {
            _span.Fail(error);
            _ = job.EndAsync(error);
        }
        finally
        {
            _span?.Dispose();
            _others?.Dispose();
        }
    }

    private async Task StepUntilEndAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var any = await StepAsync(cancellationToken).ConfigureAwait(false);
            if (HasStopped || job.HasFinished)
            {
                _ = job.EndAsync(null);
                return;
            }

            if (!any) await _wake.WaitAsync(UntilNextLook, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Does the work that is due; false if there was none.</summary>
    public async ValueTask<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (job.EmittedBefore.IsDue) job.EmittedBefore.Take(job.CountEmitted());
        job.RunLog.Look();
        if (Snapshots.Running.IsFaulted) await Snapshots.Running.ConfigureAwait(false);
        if (job.ShardMap.Owned.IsEmpty) return StopWaiting();
        if (job.IsShared) LookAtOthers();
        if (!_isGathering) return !job.IsFinished && BeginIfDue();
        while (_handedIn.TryDequeue(out var part)) _parts.Add(part);
        if (_parts.Count < job.Tasks.Count()) return false;
        await CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Begins a checkpoint now, for tests that decide themselves.</summary>
    public void Begin()
    {
        _hasEnded = job.Tasks.All(static task => task.IsEnded);
        _isFinal = _hasEnded && (_others?.Newest.HaveEnded ?? true);
        _isGathering = true;
        _lastRequest = job.Time.GetTimestamp();
        _epoch++;
        _span = JobTraces.BeginCheckpoint(job.Plan.Pipeline, _epoch);
        if (_stops) LastEpoch = _epoch;
        job.Request(_epoch);
    }

    private bool BeginIfDue()
    {
        var isDue = _stops || job.Time.GetElapsedTime(_lastRequest) >= job.Options.CheckpointInterval
            || IsEndNews()
            || job.Tasks.Sum(static task => task.PendingOutputBytes) > MaxPendingOutputBytes;
        if (isDue) Begin();
        return isDue;
    }

    /// <summary>Whether a checkpoint would tell others that the input has ended, or would be the last.</summary>
    private bool IsEndNews() => job.Tasks.All(static task => task.IsEnded) && (!_hasEnded || (_others?.Newest.HaveEnded ?? true));

    /// <summary>Ends a run without any shards that is asked to stop.</summary>
    private bool StopWaiting()
    {
        HasStopped = _stops;
        return _stops;
    }

    /// <summary>Learns whether the other processes drain or have ended, or have found splits that this one does not know.</summary>
    private void LookAtOthers()
    {
        _others ??= new OtherProcesses(job.Log, Topics);
        _others.Look();
        if (_others.Newest.AreDraining && !job.IsDraining) job.Drain();
        if (ReferenceEquals(_looked, _others.Newest)) return;
        _looked = _others.Newest;
        if (_looked.AddedSplits.FirstOrDefault(split => !job.Splits.Names.Contains(split)) is { } added)
            throw ConnectorException.AddedElsewhere(added);
    }

    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var commit = Topics.NewCommit();
        var changed = _parts.SelectMany(static part => part.Changes).Select(static change => (change.Shard, change.Records.Bytes)).ToList();
        foreach (var part in _parts) AddTo(commit, part);
        DeadLetterTopic.Add(commit, Topics.DeadLetters, [.. _parts.SelectMany(static part => part.DeadLetters)], job.Plan.OnError.Max);
        AddManifest(commit);
        await WriteAsync(commit).ConfigureAwait(false);
        foreach (var (shard, bytes) in changed) Snapshots.Add(shard, bytes); // now: an image that is read meanwhile does not have them
        Measure(new(
            job.Time.GetElapsedTime(_lastRequest), _parts.Max(static part => part.Pause), Stopwatch.GetElapsedTime(start), commit.Bytes));
        _committed = [.. _parts.SelectMany(static part => part.Positions)];
        _parts.Clear();
        _isGathering = false;
        job.Committed(_epoch, _isFinal);
        HasStopped = LastEpoch == _epoch;
        if (_isFinal || HasStopped) return;
        Snapshots.Begin(job.Log.Scheduler, cancellationToken);
        if (_epoch % CheckpointsKept == 0 || _manifestBytes >= ManifestBytesKept) await TrimAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Commits. Not given up when the job ends: a commit may still land, and a new start of the job must not read in the middle
    /// of it.</summary>
    private async Task WriteAsync(LogCommit commit)
    {
        try
        {
            using (JobTraces.BeginCommit(_span)) await job.Log.CommitAsync(commit, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            job.RunLog.Failed(_epoch, error);
            throw;
        }

        _span?.SetTag("bytes", commit.Bytes).Dispose();
    }

    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        _manifestBytes = 0;
        if (!job.IsShared) await Topics.TrimManifestsAsync(cancellationToken).ConfigureAwait(false);
        else await TrimSharedAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes what has been read of repartition topics, and manifests that do not count any more. One process trims
    /// these.</summary>
    private async Task TrimSharedAsync(CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(
            _committed.Where(static position => position.Topic is not null), cancellationToken,
            (read, token) => job.Log.TrimAsync(read.Topic!, read.Shard!.Value, read.Position, token)).ConfigureAwait(false);
        if (job.ShardMap.Owned.Contains(0)) await Topics.TrimSharedManifestsAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Measure(in CheckpointCost cost)
    {
        Metrics.Add(_epoch, in cost);
        job.Meter!.Measure(in cost);
        job.RunLog.Committed(_epoch, in cost);
    }

    private void AddTo(LogCommit commit, TaskCheckpoint part)
    {
        foreach (var (topic, partition, records) in part.Output.Appends) commit.Add(topic, partition, records);
        foreach (var (shard, records) in part.Changes) commit.Add(Topics.Changelog, shard, records);
    }

    private void AddManifest(LogCommit commit)
    {
        var positions = _parts.SelectMany(static part => part.Positions).ToList();
        string[] added = [.. job.Splits.Added.Where(split => !job.ShardMap.Owned.Contains(Shards.OfSplit(split)))];
        var manifest = new Manifest
        {
            Format = Manifest.CurrentFormat,
            Shards = job.ShardMap.Owned.Bits,
            Owner = Topics.Owner,
            Process = Manifest.ThisProcess,
            Address = job.Options.AdvertisedAddress,
            HasEnded = _hasEnded,
            IsDraining = job.IsDraining,
            Epoch = _epoch,
            States = job.Plan.States,
            Types = _types.Forms,
            Schemas = _schemas,
            Keys = _keys,
            KeySerdes = job.Plan.KeySerdes,
            Positions = [.. positions, .. job.Restored.PositionsBeside(positions.Select(static split => split.Name))],
            SharedSplits = job.ShardMap.IsWhole ? [] : [.. job.Splits.Names.Except(added)],
            AddedSplits = added,
            Exchanges = job.IsShared ? [.. job.Plan.SharedExchanges.Select(job.Plan.TextOfExchange)] : [],
            Blobs = Saved(),
            IsFinished = _isFinal,
        };
        _manifestBytes += Topics.AddManifest(commit, manifest, job.Time.GetUtcNow());
    }

    private Dictionary<string, SavedPart[]> Saved()
    {
        var saved = _parts.SelectMany(static part => part.Blobs).GroupBy(static blob => blob.Key.Key, StringComparer.Ordinal).ToDictionary(
            static blobs => blobs.Key, static blobs => TaskCheckpoint.Merge(blobs.Key, [.. blobs.Select(static blob => blob.Value)]),
            StringComparer.Ordinal);
        foreach (var (key, parts) in job.Restored.Unclaimed) saved.TryAdd(key, parts);
        return saved;
    }
}
