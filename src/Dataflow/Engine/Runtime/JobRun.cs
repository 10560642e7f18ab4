using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Standby;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Runtime;

/// <summary>One run of a pipeline, from a checkpoint until it ends or fails: its parts, and the control to continue, stop and end
/// them.</summary>
internal sealed class JobRun : IAsyncDisposable
{
    private static readonly ConditionalWeakTable<PartitionedLog, ConcurrentDictionary<string, JobRun>> s_running = [];

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task<bool> _moving; // of the shards
    private readonly ConcurrentDictionary<int, KnownTimes> _knownTimes = new(); // by step
    private readonly bool _ownsLog;
    private long _requestedEpoch;
    private long _committedEpoch;
    private int _tasksFinished;
    private int _isEnding;
    private volatile bool _isFinished;
    private volatile bool _isDraining;

    public JobRun(JobParts parts)
    {
        Plan = parts.Plan;
        Log = parts.Log;
        Options = parts.Options;
        Restored = parts.Restored;
        _ownsLog = parts.Options.Log is null;
        _requestedEpoch = _committedEpoch = Restored.Epoch;
        _isFinished = Restored.IsFinished;
        Member = parts.Member;
        _moving = Member.Moving;
        IsShared = parts.IsShared;
        ShardMap = new ShardMap(parts.Shards, Math.Min(Options.Workers, parts.Shards.Count));
        Workers = [.. Enumerable.Range(0, ShardMap.Workers).Select(index => new Worker(index, Plan.Serdes))];
        Splits = parts.Splits;
        Shared = new SharedParts(Workers);
        StartGate = new StartGate(this);
        Coordinator = new CheckpointCoordinator(this, parts.Topics, parts.Images);
        if (!s_running.GetOrCreateValue(Log).TryAdd(Plan.Pipeline, this)) throw CheckpointException.AlreadyRuns(Plan.Pipeline);
        EmittedBefore = new(Time, new Dictionary<int, long>());
        RunLog = new RunLog(this, Options.JobLog!.Logger);
    }

    /// <summary>Whether a pipeline is running on a log.</summary>
    public static bool Exists(PartitionedLog log, string pipeline)
        => s_running.TryGetValue(log, out var running) && running.ContainsKey(pipeline);

    /// <summary>The runs on a log.</summary>
    public static IEnumerable<JobRun> On(PartitionedLog log) => s_running.TryGetValue(log, out var running) ? running.Values : [];

    public Plan Plan { get; }

    public JobOptions Options { get; }

    public PartitionedLog Log { get; }

    public TimeProvider Time => Options.Time;

    /// <summary>The process's part in the pipeline.</summary>
    public LogMembership Member { get; }

    /// <summary>The shards of the run, and their workers.</summary>
    public ShardMap ShardMap { get; }

    /// <summary>Whether other processes have some of the shards, or had some and have left records in repartition topics.</summary>
    public bool IsShared { get; }

    /// <summary>Whether the shards of the process have changed, so that another run follows.</summary>
    public bool HasMoved => _moving.IsCompleted && !HasFinished;

    /// <summary>The copies of shards that other processes have; null: the process keeps none.</summary>
    public Copies? Copies { get; set; }

    /// <summary>Counts where its state came from.</summary>
    public RestoreMeter Restore { get; } = new();

    public IReadOnlyList<Worker> Workers { get; }

    public IEnumerable<StreamTask> Tasks => Workers.SelectMany(worker => worker.Tasks);

    public RestoredCheckpoint Restored { get; }

    public CheckpointCoordinator Coordinator { get; }

    public SplitTable Splits { get; }

    public SharedParts Shared { get; }

    public StartGate StartGate { get; }

    /// <summary>The messages of the run.</summary>
    public RunLog RunLog { get; }

    /// <summary>The meter; null until the run is opened: listeners call from any thread, even while the parts are still being put
    /// together.</summary>
    public JobMeter? Meter { get; private set; }

    /// <summary>The time that it took to open the run and to restore its state.</summary>
    public TimeSpan RestoreTime { get; private set; }

    /// <summary>The emitted records of each step a few seconds ago, by node; for sources, the records read.</summary>
    public Recent<IReadOnlyDictionary<int, long>> EmittedBefore { get; }

    /// <summary>Completes when everything is closed; fails with the error that ended the run.</summary>
    public Task Completion => _completion.Task;

    public JobState State => this switch
    {
        { Completion.IsFaulted: true } => JobState.Failed,
        { Completion.IsCompleted: true, HasFinished: true } => JobState.Finished,
        { Completion.IsCompleted: true, Coordinator.HasStopped: true } => JobState.Stopped,
        { Completion.IsCompleted: true } => JobState.Cancelled,
        { IsDraining: true } => JobState.Draining,
        { HasMoved: true } => JobState.Moving,
        { Coordinator.IsStopping: true } => JobState.Stopping,
        { ShardMap.Owned.IsEmpty: true } => JobState.Waiting,
        _ => JobState.Running,
    };

    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Whether the run is ending or has ended, for any reason: its threads may still run.</summary>
    public bool IsEnding => Volatile.Read(ref _isEnding) == 1;

    /// <summary>Whether sources are to end at their current position.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Whether the last checkpoint is committed, after the end of all input.</summary>
    public bool IsFinished => _isFinished;

    /// <summary>Whether the last checkpoint is committed and every sink has completed its output.</summary>
    public bool HasFinished => !ShardMap.Owned.IsEmpty && Volatile.Read(ref _tasksFinished) == Tasks.Count();

    /// <summary>The checkpoint that tasks are to take, if they have not yet.</summary>
    public long RequestedEpoch => Volatile.Read(ref _requestedEpoch);

    public long CommittedEpoch => Volatile.Read(ref _committedEpoch);

    /// <summary>Completes when the threads have ended, or the step that a test takes; the run is closed afterwards.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    private SplitProgress[] Progress => field ??= [.. Tasks.SelectMany(static task => task.Splits)];

    /// <summary>The lowest watermark of the splits that still return records; null where none has any.</summary>
    public long? MinSplitWatermark()
    {
        long? min = null;
        foreach (var split in Progress)
        {
            if (split is { IsFinished: false, IsIdle: false, WatermarkMs: { } watermark } && !(watermark >= min)) min = watermark;
        }

        return min;
    }

    /// <summary>Counts the emitted records of each step, by node; for sources, the records read.</summary>
    public IReadOnlyDictionary<int, long> CountEmitted()
    {
        var emitted = Plan.Nodes.ToDictionary(static node => node.Id, static _ => 0L);
        foreach (var task in Tasks) task.AddEmitted(emitted);
        return emitted;
    }

    public void Opened(TimeSpan restoreTime)
    {
        RestoreTime = restoreTime;
        Meter = new JobMeter(this);
    }

    /// <summary>The times that are known of the records to which a step assigns event time.</summary>
    public KnownTimes KnownTimesOf(int nodeId) => _knownTimes.GetOrAdd(nodeId, static _ => new KnownTimes());

    /// <summary>The times that are known of a step's records.</summary>
    public TimesOfInput TimesOf(Node step) => new([.. EventTime.GiversBefore(step).Select(giver => KnownTimesOf(giver.Id))]);

    /// <summary>The worker of a key.</summary>
    /// <param name="hash">The key's hash.</param>
    /// <exception cref="KeyElsewhereException">Another process has the key.</exception>
    public int WorkerOf(uint hash) => ShardMap.WorkerOf(hash) is >= 0 and var worker ? worker : throw Elsewhere(Shards.Of(hash));

    /// <summary>The worker that reads a split; <see cref="ShardMap.Elsewhere"/>: another process does.</summary>
    public int WorkerOf(SourceSplit split)
        => ShardMap.IsWhole ? split.Index % Workers.Count : ShardMap.WorkerOf(Shards.OfSplit(split.Name));

    private KeyElsewhereException Elsewhere(int shard)
        => Coordinator.Processes?.Of(shard) is { } newest && newest.Owner != Coordinator.Topics.Owner
            ? KeyElsewhereException.Of(Plan.Pipeline, newest.Process, newest.Address)
            : KeyElsewhereException.Of(Plan.Pipeline, process: null, address: null);

    /// <summary>Makes sources end at their current position.</summary>
    public void Drain()
    {
        _isDraining = true;
        WakeWorkers();
    }

    public void Request(long epoch)
    {
        Volatile.Write(ref _requestedEpoch, epoch);
        foreach (var task in Tasks) task.Turn.WaitFor();
        WakeWorkers();
    }

    public void Committed(long epoch, bool isFinal)
    {
        Volatile.Write(ref _committedEpoch, epoch);
        _isFinished = isFinal; // after the epoch: a thread that sees this sees the last epoch too
        WakeWorkers();
    }

    public void TaskFinished()
    {
        Interlocked.Increment(ref _tasksFinished);
        Coordinator.Wake();
    }

    public void WakeWorkers()
    {
        foreach (var worker in Workers) worker.Wake();
    }

    /// <summary>Completes the sinks of a run that had finished: it may have ended before they were complete.</summary>
    public void FinishAgain()
    {
        if (!_isFinished) return;
        using var scope = Plan.Serdes.Enter();
        foreach (var task in Tasks) task.Finish();
    }

    /// <summary>Runs each worker on a thread of its own, and the coordinator beside them.</summary>
    public void RunOnThreads()
    {
        if (_isFinished)
        {
            _ = EndAsync(null);
            return;
        }

        _ = FollowMembershipAsync();

        var stop = Stopping;
        var threads = Workers.Select(worker => new Task(() => Guard(() => worker.Run(stop)), TaskCreationOptions.LongRunning)).ToList();
        var coordinator = new Task<Task>(() => Coordinator.RunAsync(stop));
        // Known before any of them runs: one may fail at once, and the end waits for all.
        Running = Task.WhenAll([.. threads, coordinator.Unwrap()]);
        foreach (var thread in threads) thread.Start(TaskScheduler.Default);
        coordinator.Start(TaskScheduler.Default);
    }

    /// <summary>Ends the run when the shards of the process change: with a checkpoint, if they are still its own.</summary>
    private async Task FollowMembershipAsync()
    {
        if (await Task.WhenAny(_moving, _completion.Task).ConfigureAwait(false) != _moving) return;
        if (await _moving.ConfigureAwait(false)) Coordinator.RequestStop();
        else _ = EndAsync(null);
    }

    /// <summary>Ends the run with its error, or without one; only the first call counts.</summary>
    public async Task EndAsync(Exception? error)
    {
        if (Interlocked.Exchange(ref _isEnding, 1) == 1)
        {
            await _completion.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (error is not null && Coordinator.Gathering is not null) Options.JobLog?.CheckpointFailed(RequestedEpoch, error);
        foreach (var task in Tasks) task.Turn.WaitForEnd();
        await _stopping.CancelAsync().ConfigureAwait(false);
        WakeWorkers();
        // Leaves the worker's own thread, which must end before its resources are closed.
        await Task.Yield();
        await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Coordinator.Snapshots.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failure = await CloseAsync().ConfigureAwait(false);
        error ??= failure;
        if (error is null) _completion.TrySetResult();
        else _completion.TrySetException(error);
    }

    /// <summary>Ends the run at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(null).ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Closes everything, even if some parts fail; returns the first failure.</summary>
    private async Task<Exception?> CloseAsync()
    {
        Exception? error = null;
        foreach (var task in Tasks) Try(task.LearnOfLastCommit);
        foreach (var task in Tasks) Try(task.Close);
        foreach (var shared in Shared.Objects) await TryDisposeAsync(shared).ConfigureAwait(false);
        if (Meter is not null) Try(RunLog.TellLeftOut);
        foreach (var worker in Workers) worker.Dispose();
        Meter?.Dispose();
        s_running.GetOrCreateValue(Log).TryRemove(Plan.Pipeline, out _);
        if (_ownsLog) await TryDisposeAsync(Log).ConfigureAwait(false);
        return error;

        async Task TryDisposeAsync(IAsyncDisposable part)
        {
            try
            {
                await part.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                error ??= failure;
            }
        }

        void Try(Action close)
        {
            using var scope = Plan.Serdes.Enter();
            try
            {
                close();
            }
            catch (Exception failure)
            {
                error ??= failure;
            }
        }
    }

    private void Guard(Action run)
    {
        try
        {
            Activity.Current = null; // that of the caller who started the job: calls of steps are no part of it
            run();
        }
        catch (Exception error)
        {
            _ = EndAsync(error);
        }
    }
}
