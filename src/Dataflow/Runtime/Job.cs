using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Runtime;
using Dataflow.Tables;

namespace Dataflow;

/// <summary>A pipeline while it runs. Started by <see cref="RunStep.StartAsync"/>.</summary>
public sealed class Job : IAsyncDisposable
{
    private static readonly ConditionalWeakTable<LogStore, ConcurrentDictionary<string, Job>> s_running = [];

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<Node, object> _exchanges = new(ReferenceEqualityComparer.Instance);
    private readonly SplitTable _splits;
    private readonly LogStore _log;
    private readonly bool _ownsLog;
    private readonly int _tablesToLoad;
    private readonly Lock _exchangeGate = new();
    private readonly Dictionary<(int NodeId, Type Type), IAsyncDisposable> _shared = []; // only touched while nothing runs
    private SplitProgress[]? _progress;
    private long _requestedEpoch;
    private long _committedEpoch;
    private int _tablesLoaded;
    private int _gathering; // splits that still take in what they give later
    private int _tasksFinished;
    private int _isEnding;
    private volatile bool _isFinished;
    private volatile bool _isDraining;
    private volatile bool _hasEnded;

    internal Job(JobParts parts)
    {
        Plan = parts.Plan;
        _log = parts.Log;
        Options = parts.Options;
        Restored = parts.Restored;
        _splits = parts.Splits;
        _ownsLog = parts.Options.Log is null;
        Restarts = parts.Restarts;
        Restarts?.First = this;
        _requestedEpoch = _committedEpoch = Restored.Epoch;
        _isFinished = Restored.IsFinished;
        Workers = [.. Enumerable.Range(0, Options.Workers).Select(index => new Worker(index, Plan.Serdes))];
        _tablesToLoad = Workers.Count * Plan.Nodes.Count(node => node is ITableNode { IsReadFirst: true });
        Coordinator = new CheckpointCoordinator(this, parts.Topics);
        if (!s_running.GetOrCreateValue(Log).TryAdd(Plan.Pipeline, this)) throw CheckpointException.AlreadyRuns(Plan.Pipeline);
        EmittedBefore = new(Time, new Dictionary<int, long>());
    }

    /// <summary>Completes when the bounded input is processed and committed or the job was stopped; fails with what stopped
    /// it, if it is not started again (<see cref="JobOptions.Restarts"/>): an <see cref="OperatorException"/>, a <see cref="LogException"/>.</summary>
    public Task Completion => _completion.Task;

    /// <summary>The number of the checkpoint that the job carried on from; 0: it began anew.</summary>
    public long StartedFrom => Current.Restored.Epoch;

    /// <summary>The log that it runs on. One that the job has opened itself is another after a restart.</summary>
    public LogStore Log => Current._log;

    /// <summary>The job's lifecycle state.</summary>
    public JobState State => this switch
    {
        { Restarts: { IsBetweenRuns: true } } => JobState.Restarting,
        { Restarts: { Run: { } run } } => run.State,
        { Completion.IsFaulted: true } => JobState.Failed,
        { Completion.IsCompleted: true, HasFinished: true } => JobState.Finished,
        { Completion.IsCompleted: true, Coordinator.HasStopped: true } => JobState.Stopped,
        { Completion.IsCompleted: true } => JobState.Cancelled,
        { IsDraining: true } => JobState.Draining,
        { Coordinator.IsStopping: true } => JobState.Stopping,
        _ => JobState.Running,
    };

    /// <summary>How far the job is. Cheap, from any thread.</summary>
    public JobStatus Status => JobStatus.Of(Current) with { State = State };

    /// <summary>Why there are no results, or few, in words. From any thread; not for every second.</summary>
    public Diagnosis Diagnose() => Diagnosis.Of(this);

    /// <inheritdoc/>
    public override string ToString() => $"Job of pipeline '{Plan.Pipeline}': {State}";

    /// <summary>Whether a job of a pipeline runs on a log.</summary>
    internal static bool Runs(LogStore log, string pipeline) => s_running.TryGetValue(log, out var running) && running.ContainsKey(pipeline);

    internal Plan Plan { get; }

    internal JobOptions Options { get; }

    internal TimeProvider Time => Options.Time;

    internal IReadOnlyList<Worker> Workers { get; }

    internal RestoredCheckpoint Restored { get; }

    internal CheckpointCoordinator Coordinator { get; }

    /// <summary>Null until the job is opened: listeners ask from any thread, for parts that are still being put together then.</summary>
    internal JobMeter? Meter { get; private set; }

    /// <summary>How long it took to open the job and to fill its state.</summary>
    internal TimeSpan RestoreTime { get; private set; }

    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>Whether it ends or has ended, for whatever reason: its threads may still run.</summary>
    internal bool IsEnding => Volatile.Read(ref _isEnding) == 1;

    /// <summary>What must end before the job is closed: its threads, or the step that a test takes.</summary>
    internal Task Running { get; set; } = Task.CompletedTask;

    internal int SplitCount => _splits.Count;

    internal IReadOnlyList<SplitPlace> Splits => _splits.Places;

    internal IEnumerable<StreamTask> Tasks => Workers.SelectMany(worker => worker.Tasks);

    /// <summary>The checkpoint that tasks are to take, if they have not yet.</summary>
    internal long RequestedEpoch => Volatile.Read(ref _requestedEpoch);

    internal long CommittedEpoch => Volatile.Read(ref _committedEpoch);

    /// <summary>Whether the last checkpoint is committed, after all input ended.</summary>
    internal bool IsFinished => _isFinished;

    /// <summary>Whether sources are to end where they are.</summary>
    internal bool IsDraining => _isDraining;

    /// <summary>What every step had emitted a few seconds ago, by node; for sources, what was read of them.</summary>
    internal Recent<IReadOnlyDictionary<int, long>> EmittedBefore { get; }

    internal bool TablesAreLoaded => Volatile.Read(ref _tablesLoaded) >= _tablesToLoad;

    /// <summary>Whether all is there that is to be there before streams are read.</summary>
    internal bool StreamsMayStart => TablesAreLoaded && (Volatile.Read(ref _gathering) == 0 || _isDraining);

    /// <summary>Ends the job for good: it reads no more, processes what it has read, closes all windows and completes its sinks,
    /// as at the end of bounded input; completes when it has.</summary>
    /// <remarks>Windows that are not full come out as they are. Started again, the pipeline has nothing left to do: to pause
    /// it, use <see cref="StopAsync"/>.</remarks>
    /// <param name="giveUp">Ends the waiting; the job goes on to drain.</param>
    /// <exception cref="OperationCanceledException"><paramref name="giveUp"/> was triggered before the job had ended.</exception>
    public async Task DrainAsync(CancellationToken giveUp = default)
    {
        Drain();
        await Completion.WaitAsync(giveUp).ConfigureAwait(false);
    }

    /// <summary>Stops where it is, without a checkpoint: what came after the last one will be done again.</summary>
    public async Task CancelAsync()
    {
        await (Restarts?.Cancel() ?? this).EndAsync(null).ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Asks the job to take a last checkpoint and stop; completes when it has. Windows stay open for the next start. The token
    /// that the job was started with does the same.</summary>
    /// <remarks>A job that is about to be started again after an error that may pass ends where it is.</remarks>
    /// <param name="giveUp">Ends the waiting; the job goes on to stop.</param>
    /// <exception cref="OperationCanceledException"><paramref name="giveUp"/> was triggered before the job had ended.</exception>
    public async Task StopAsync(CancellationToken giveUp = default)
    {
        RequestStop();
        await Completion.WaitAsync(giveUp).ConfigureAwait(false);
    }

    /// <summary>Cancels the job if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await CancelAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>The run that goes on now, or was the last: this one, or one that was started after it.</summary>
    internal Job Current => Restarts?.Run ?? this;

    /// <summary>Starts the pipeline again after errors that may pass; null: these end the job.</summary>
    internal Restarts? Restarts { get; }

    /// <summary>Whether all is closed.</summary>
    internal bool HasEnded => _hasEnded;

    internal void RequestStop()
    {
        if (Restarts is null) Coordinator.RequestStop();
        else Restarts.Ask(static run => run.Coordinator.RequestStop());
    }

    internal IEnumerable<SourceSplit> SplitsOf(Node source) => _splits.Of(source);

    /// <summary>The least watermark of the splits that still bring records; null where none has any.</summary>
    internal long? LeastSplitWatermark()
    {
        long? least = null;
        foreach (var split in Progress)
        {
            if (split is { IsFinished: false, IsIdle: false, WatermarkMs: { } watermark } && !(watermark >= least)) least = watermark;
        }

        return least;
    }

    /// <summary>Whether the sources, which have not all ended, have nothing more to read by now.</summary>
    internal bool HasReadAll => Array.TrueForAll(Progress, static split => split.IsFinished || split.IsCaughtUp)
        && Array.Exists(Progress, static split => !split.IsFinished);

    private SplitProgress[] Progress => _progress ??= [.. Tasks.SelectMany(static task => task.Splits)];

    internal string SplitName(RecordOrigin origin) => origin.IsKnown ? _splits.NameOf(origin.Split) : "";

    internal RecordOrigin OriginOf(string split, long offset)
        => _splits.IdOf(split) is >= 0 and var id ? new RecordOrigin(id, offset) : default;

    /// <summary>The newest event time of all records that passed a step, told when its input ended.</summary>
    internal ConcurrentDictionary<int, long> NewestAtEnd { get; } = new();

    internal Exchange<T> ExchangeOf<T>(Node node)
    {
        lock (_exchangeGate)
        {
            if (!_exchanges.TryGetValue(node, out var exchange)) _exchanges.Add(node, exchange = new Exchange<T>(Workers));
            return (Exchange<T>)exchange;
        }
    }

    /// <summary>What the instances of a step share, one of each type; asked for while the tasks are opened, one after the other.</summary>
    internal T Shared<T>(int nodeId, Func<T> create)
        where T : IAsyncDisposable
    {
        if (!_shared.TryGetValue((nodeId, typeof(T)), out var shared)) _shared.Add((nodeId, typeof(T)), shared = create());
        return (T)shared;
    }

    internal void Opened(TimeSpan restoreTime)
    {
        RestoreTime = restoreTime;
        Meter = new JobMeter(this);
    }

    internal void TableLoaded()
    {
        Interlocked.Increment(ref _tablesLoaded);
        WakeWorkers();
    }

    internal void BeginGathering() => Interlocked.Increment(ref _gathering);

    internal void EndGathering()
    {
        if (Interlocked.Decrement(ref _gathering) == 0) WakeWorkers();
    }

    internal void Drain()
    {
        if (Restarts is null) EndSources();
        else Restarts.Ask(static run => run.EndSources());
    }

    private void EndSources()
    {
        _isDraining = true;
        WakeWorkers();
    }

    /// <summary>What every step has emitted, by node; for sources, what was read of them.</summary>
    internal IReadOnlyDictionary<int, long> CountEmitted()
    {
        var emitted = Plan.Nodes.ToDictionary(static node => node.Id, static _ => 0L);
        foreach (var task in Tasks) task.AddEmitted(emitted);
        return emitted;
    }

    internal void Request(long epoch)
    {
        Volatile.Write(ref _requestedEpoch, epoch);
        foreach (var task in Tasks) task.Turn.WaitFor();
        WakeWorkers();
    }

    internal void Committed(long epoch, bool isFinal)
    {
        Volatile.Write(ref _committedEpoch, epoch);
        _isFinished = isFinal; // after the epoch: who sees this sees the last epoch too
        WakeWorkers();
    }

    /// <summary>Whether the last checkpoint is committed and every sink has completed what it wrote.</summary>
    internal bool HasFinished => Volatile.Read(ref _tasksFinished) == Tasks.Count();

    internal void TaskFinished()
    {
        Interlocked.Increment(ref _tasksFinished);
        Coordinator.Wake();
    }

    /// <summary>Runs each worker on a thread of its own, and the coordinator beside them.</summary>
    internal void RunOnThreads()
    {
        if (_isFinished)
        {
            foreach (var task in Tasks) task.Finish();
            _ = EndAsync(null);
            return;
        }

        var stop = Stopping;
        var threads = Workers.Select(worker => new Task(() => Guard(() => worker.Run(stop)), TaskCreationOptions.LongRunning)).ToList();
        var coordinator = new Task<Task>(() => Coordinator.RunAsync(stop));
        // Known before any of them runs: one may fail at once, and the end waits for all.
        Running = Task.WhenAll([.. threads, coordinator.Unwrap()]);
        foreach (var thread in threads) thread.Start(TaskScheduler.Default);
        coordinator.Start(TaskScheduler.Default);
    }

    /// <summary>Ends the job with its error, or without one; the first call counts.</summary>
    internal async Task EndAsync(Exception? error)
    {
        if (Interlocked.Exchange(ref _isEnding, 1) == 1)
        {
            await _completion.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        foreach (var task in Tasks) task.Turn.WaitForEnd();
        await _stopping.CancelAsync().ConfigureAwait(false);
        WakeWorkers();
        // Hops off the worker's own thread, which must end before what it uses is closed.
        await Task.Yield();
        await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Coordinator.Snapshots.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failure = await CloseAsync().ConfigureAwait(false);
        error ??= failure;
        _hasEnded = true;
        if (error is not null && Restarts is not null) error = await Restarts.RunAgainAsync(error).ConfigureAwait(false);
        if (error is null) _completion.TrySetResult();
        else _completion.TrySetException(error);
    }

    /// <summary>Closes everything, whatever fails on the way; returns the first failure.</summary>
    private async Task<Exception?> CloseAsync()
    {
        Exception? error = null;
        foreach (var task in Tasks) Try(task.LearnOfLastCommit);
        foreach (var task in Tasks) Try(task.Close);
        foreach (var shared in _shared.Values) await TryDisposeAsync(shared).ConfigureAwait(false);
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
            run();
        }
        catch (Exception error)
        {
            _ = EndAsync(error);
        }
    }

    internal void WakeWorkers()
    {
        foreach (var worker in Workers) worker.Wake();
    }
}
