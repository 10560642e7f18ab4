using System.Diagnostics.CodeAnalysis;
using Dataflow.Log;
using Dataflow.Runtime;

namespace Dataflow.Testing;

/// <summary>A real job without threads: its workers and its coordinator take turns, in an order that a seed decides.</summary>
/// <remarks>All code is the engine's own; only the order of turns and the clock are the test's. The log must commit with an
/// <see cref="InlineTaskScheduler"/>; <see cref="OpenLog"/> opens such a log. To crash, stop calling <see cref="Step"/> and open the log
/// again from its disk.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation without timer and wait handle holds nothing.")]
public sealed class SimulatedJob
{
    private const int MaxIdleTurns = 10_000_000; // long enough for calls on other threads, and a hang fails the test

    private readonly JobRun _job;
    private readonly SimulatedClock _clock;
    private readonly Random _random;
    private readonly InlineTaskScheduler? _commits;
    private readonly CancellationTokenSource _stop = new();
    private Task<bool> _coordinating = Task.FromResult(false);

    private SimulatedJob(JobRun job, SimulatedClock clock, int seed, InlineTaskScheduler? commits)
    {
        _job = job;
        _clock = clock;
        _random = new Random(seed);
        _commits = commits;
    }

    /// <summary>The number of the checkpoint that it carried on from; 0: it began anew.</summary>
    public long StartedFrom => _job.Restored.Epoch;

    /// <summary>The job's progress.</summary>
    public JobStatus Status => JobStatus.Of(_job);

    /// <summary>Whether all input is processed, committed and its sinks are complete.</summary>
    public bool HasFinished => _job.HasFinished;

    /// <summary>Opens a log that does all its work on the caller's thread.</summary>
    /// <param name="fileSystem">The disk, such as a <see cref="Disks.SimulatedFileSystem"/>; null: a log in memory.</param>
    public static LogStore OpenLog(IFileSystem? fileSystem = null)
    {
        var options = new LogOptions { CommitScheduler = new InlineTaskScheduler(), SegmentBytes = 1 << 16, JournalFileBytes = 1 << 18 };
        return fileSystem is null
            ? LogStore.Open("memory", options with { Durability = Durability.Memory })
            : LogStore.Open("/log", options with { FileSystem = fileSystem });
    }

    /// <summary>Builds a job with the state of the pipeline's last checkpoint.</summary>
    /// <param name="pipeline">The pipeline to run.</param>
    /// <param name="log">A log from <see cref="OpenLog"/>.</param>
    /// <param name="workers">The number of workers, which take turns.</param>
    /// <param name="seed">The seed of the order of turns.</param>
    /// <param name="clock">The job's only clock; a new one unless given.</param>
    /// <param name="checkpointInterval">The interval of checkpoints by that clock; an hour unless given, so that in practice only
    /// <see cref="Checkpoint"/> takes one.</param>
    /// <param name="with">Changes other options.</param>
    /// <param name="commitsLag">Whether the commit of a checkpoint stays in progress for some turns. Meanwhile only the job may write to
    /// the log.</param>
    public static SimulatedJob Start(
        Pipeline pipeline, LogStore log, int workers = 1, int seed = 0, SimulatedClock? clock = null,
        TimeSpan? checkpointInterval = null, Func<JobOptions, JobOptions>? with = null, bool commitsLag = false)
    {
        clock ??= new SimulatedClock();
        var options = new JobOptions
        {
            Log = log,
            Workers = workers,
            Time = clock,
            ReadRecords = 64,
            WaitsForInput = false,
            SnapshotBytes = 1 << 14,
            CheckpointInterval = checkpointInterval ?? TimeSpan.FromHours(1),
        };
        if (with is not null) options = with(options);
        var job = JobParts.BuildAsync(pipeline, options, new JobMembership(), isSameJob: false, CancellationToken.None)
            .GetAwaiter().GetResult();
        return new SimulatedJob(job, clock, seed, commitsLag ? (InlineTaskScheduler)log.Options.CommitScheduler! : null);
    }

    /// <summary>Lets one worker, or the coordinator, take a turn, and a millisecond pass; false if it had nothing to do.</summary>
    /// <exception cref="DataflowException">The error that would have stopped the job.</exception>
    public bool Step()
    {
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        return Turn();
    }

    private bool Turn()
    {
        var turn = _random.Next(_job.Workers.Count + (_commits is { HasHeld: true } ? 2 : 1)) - _job.Workers.Count;
        if (turn < 0) return _job.Workers[turn + _job.Workers.Count].Step();
        return turn == 0 ? Coordinate() : Land();
    }

    private bool Coordinate()
    {
        if (!_coordinating.IsCompleted) return false;
        _commits?.Holds = true;
        _job.Running = _coordinating = _job.Coordinator.StepAsync(_stop.Token).AsTask();
        return (_commits is { HasHeld: true } && !_coordinating.IsCompleted) || _coordinating.GetAwaiter().GetResult();
    }

    /// <summary>Completes the commit in progress, and the work that follows it: the snapshots do not lag.</summary>
    private bool Land()
    {
        _commits!.Holds = false;
        _commits.RunHeld();
        _coordinating.GetAwaiter().GetResult();
        ((IAsyncResult)_job.Coordinator.Snapshots.Running).AsyncWaitHandle.WaitOne();
        return true;
    }

    /// <summary>Runs until the bounded input is processed, checks that no record is lost, then closes the job.</summary>
    public void Run()
    {
        StepUntil(() => HasFinished, "The job does not finish");
        Status.CheckThatNoRecordIsLost();
        Close();
    }

    /// <summary>Runs until there has been no work for a while: unbounded input is processed as far as it is available.</summary>
    /// <remarks>The clock stands still meanwhile: if it moved, there might always be more work.</remarks>
    public void RunUntilIdle()
    {
        for (var idle = 0; idle < 50 * _job.Workers.Count && !HasFinished;) idle = Turn() ? 0 : idle + 1;
    }

    /// <summary>Returns the current row of a key in a table.</summary>
    /// <param name="table">A table of the running pipeline.</param>
    /// <param name="key">The key.</param>
    public TableRow<TRow> Read<TKey, TRow>(Table<TKey, TRow> table, TKey key)
        where TKey : notnull
        => Ask(job => job.Read(table).GetAsync(key));

    /// <summary>Starts a request that the job's workers answer, and runs the job until they have.</summary>
    /// <param name="question">Starts the request, such as a read; must not wait for it.</param>
    public T Ask<T>(Func<Job, Task<T>> question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var asked = question(new Job(_job));
        StepUntil(() => asked.IsCompleted, "The job gives no answer");
        return asked.GetAwaiter().GetResult();
    }

    /// <summary>Returns the reasons why the job gives no results, or few.</summary>
    public Diagnosis Diagnose() => Diagnosis.Of(_job, Status);

    /// <summary>Asks the job to end for good, as <see cref="Job.DrainAsync"/> does; the next steps do it.</summary>
    public void Drain() => _job.Drain();

    /// <summary>Requests a checkpoint; the next steps take it.</summary>
    public void Begin() => _job.Coordinator.Begin();

    /// <summary>Takes a checkpoint and runs until it is committed.</summary>
    public void Checkpoint()
    {
        var last = _job.CommittedEpoch;
        if (_job.RequestedEpoch == last) _job.Coordinator.Begin();
        StepUntil(() => _job.CommittedEpoch > last, $"Checkpoint {last + 1} does not complete");
        RunUntilIdle();
    }

    /// <summary>Closes the job's resources, except for the log. Records after the last checkpoint will be processed again.</summary>
    /// <exception cref="DataflowException">The job gave up a commit in progress, which happened all the same: a job that began in between
    /// would have processed its records again.</exception>
    public void Close()
    {
        _stop.Cancel(); // the commit in progress happens only afterwards
        var closing = _job.DisposeAsync().AsTask();
        try
        {
            if (_commits is { HasHeld: true }) Land();
        }
        catch (OperationCanceledException)
        {
            if (_job.CommittedEpoch < _job.RequestedEpoch)
                throw new DataflowException($"Checkpoint {_job.RequestedEpoch}: the job gave up its commit, which landed all the same.");
        }
        finally
        {
            closing.GetAwaiter().GetResult();
        }
    }

    private void StepUntil(Func<bool> isDone, string otherwise)
    {
        for (var idle = 0; !isDone();)
        {
            if (Step()) idle = 0;
            else if (++idle == MaxIdleTurns) throw new InvalidOperationException($"{otherwise}: nobody has anything to do.");
            else Thread.Yield(); // asynchronous calls complete on other threads
        }
    }
}
