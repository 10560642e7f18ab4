using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>The surroundings of a running step: its name, worker and clock, the log, and the last checkpoint.</summary>
public sealed class OperatorContext
{
    private readonly StreamTask _task;
    private readonly StepDeclaration _declared;
    private long _stateEntries;

    internal OperatorContext(string name, int nodeId, StreamTask task, StepDeclaration declared)
    {
        Name = name;
        NodeId = nodeId;
        _task = task;
        _declared = declared;
        KeepsRejected = task.Job.Plan.OnError.KeepsRejected;
    }

    /// <summary>The step's name.</summary>
    public string Name { get; }

    /// <summary>The index of the worker, from 0, that runs this instance.</summary>
    public int Worker => _task.Worker.Index;

    /// <summary>How many instances of the step run.</summary>
    public int Workers => _task.Job.Workers.Count;

    /// <summary>The only clock.</summary>
    public TimeProvider Time => _task.Job.Time;

    internal int NodeId { get; }

    internal StepCounters Counters => _declared.Counters;

    internal StepOutputs Outputs => _declared.Outputs;

    /// <summary>The log that the job runs on.</summary>
    public LogStore Log => _task.Job.Log;

    /// <summary>Cancelled when the job ends for whatever reason: for calls that the step makes.</summary>
    public CancellationToken Stopping => _task.Job.Stopping;

    /// <summary>The number of the last checkpoint that the step was captured for.</summary>
    public long Checkpoint => _task.Epoch;

    /// <summary>The number of the checkpoint that the job carried on from; 0: it began anew.</summary>
    public long StartedFrom => _task.Job.Restored.Epoch;

    /// <summary>The positions from which the job reads on after the last durable checkpoint, by split: for <see cref="Operator.Committed"/>.</summary>
    public IReadOnlyDictionary<string, long> CommittedPositions => _task.Job.Coordinator.CommittedPositions;

    /// <summary>Whether the sources have nothing more to read by now and nothing waits in front of the step.</summary>
    public bool HasReadAll => _task.HasReadAll;

    /// <summary>Whether a checkpoint or the end of the job waits for the step: what can be put off is then to wait.</summary>
    public bool IsWaitedFor => _task.IsWaitedFor;

    /// <summary>Whether the step has worked for long enough at once: what it does in portions is then to go on in the next
    /// <see cref="Operator.Poll"/>. To be asked after each portion, which it counts.</summary>
    public bool EndsTurn() => _task.Turn.IsOver();

    internal StreamTask Task => _task;

    /// <summary>Whether records on which the user's code fails are left out instead of stopping the job.</summary>
    public bool KeepsRejected { get; }

    /// <summary>The newest event time of all input of the step, ms since the Unix epoch, once the watermark says that it has ended
    /// (<see cref="long.MaxValue"/>): the same in all workers. <see cref="long.MinValue"/>: there was none.</summary>
    public long NewestAtEnd => EventTime.GiversBefore(_task.Job.Plan.Nodes.First(node => node.Id == NodeId).Upstream!)
        .Select(node => _task.Job.NewestAtEnd.GetValueOrDefault(node.Id, long.MinValue)).Append(long.MinValue).Max();

    /// <summary>How many keyed values the step holds; looked at now and then, for other threads to see.</summary>
    internal long StateEntries => Volatile.Read(ref _stateEntries);

    /// <summary>Lets other threads see what there is, who must not walk through what the task changes.</summary>
    internal void Publish()
    {
        Volatile.Write(ref _stateEntries, _declared.States.Sum(static state => state.Entries));
        try
        {
            Counters.Publish();
        }
        catch (Exception error) when (_task.IsFailure(error))
        {
            throw Fail(error, default);
        }
    }

    /// <summary>The bytes that <see cref="StepCheckpoint.Save"/> kept under a name in the checkpoint that the job started from; empty: none.</summary>
    public ReadOnlyMemory<byte> Saved(string name) => _task.Job.Restored.Saved(StepCheckpoint.KeyOf(Name, name));

    /// <summary>How far event time had come at the step, or at a part of it, in that checkpoint: the least of the workers that had some of the
    /// shards which this one has. <see cref="long.MinValue"/>: nowhere.</summary>
    public long SavedWatermark(string? part = null)
        => SavedTimes.Of(SavedTime(part), Worker, Workers).DefaultIfEmpty(long.MinValue).Min();

    /// <summary>How far event time had come at the step of each worker, or at a part of it, in that checkpoint.</summary>
    public IEnumerable<long> SavedWatermarks(string? part = null) => SavedTimes.OfAll(SavedTime(part)).DefaultIfEmpty(long.MinValue);

    /// <summary>An object that all workers' instances of the step share, one of each type; the job disposes it after the last of them. For
    /// <see cref="Operator.Open()"/>.</summary>
    /// <param name="create">Makes it, once in a job.</param>
    public T Shared<T>(Func<T> create)
        where T : IAsyncDisposable
        => _task.Job.Shared.Get(NodeId, create);

    /// <summary>An object that all steps of the worker share, those of other stages too, one of each type: for
    /// <see cref="Operator.Open()"/>.</summary>
    /// <remarks>It lives as long as the run of the job, and nobody disposes it.</remarks>
    /// <param name="create">Makes it, once for a worker.</param>
    public T SharedOnWorker<T>(Func<T> create)
        where T : class
        => _task.Worker.Shared(create);

    /// <summary>The running instance, beside this one, of another step of the pipeline; null where it runs in another task, behind an
    /// exchange. For <see cref="Operator.Open()"/>: what it offers may be called from this step's methods.</summary>
    /// <param name="step">The other step.</param>
    /// <typeparam name="TStep">A type of its operator, such as an interface.</typeparam>
    public TStep? StepOf<TStep>(Node step)
        where TStep : class
    {
        ArgumentNullException.ThrowIfNull(step);
        return _task.TryFind(step.Id) as TStep;
    }

    /// <summary>Has the step's worker look for work at once, where it is parked. From any thread: when a call has completed, say.</summary>
    public void Wake() => _task.Worker.Wake();

    /// <summary>The index of the worker whose instance of a step on a keyed stream has the records and the state of a key. From any
    /// thread.</summary>
    public int WorkerOf<TKey>(TKey key)
        where TKey : notnull
        => Workers == 1 ? 0 : Shards.WorkerOf(Shards.Of(_task.Job.Plan.Serdes.KeysOf<TKey>().Hash(key)), Workers);

    /// <summary>Reads what the step holds, its state say, from outside: between two batches of records. From any thread.</summary>
    /// <remarks>Runs at once on the caller's thread where the step's worker has nothing to do, else on the worker's, after the batch at
    /// hand.</remarks>
    /// <param name="read">Reads and copies; must be quick and change nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The job has ended, or <paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        return _task.Worker.AskAsync(_ => read(), cancellationToken);
    }

    /// <summary>The name of the split that a record came from; empty where it is not known.</summary>
    public string SplitName(RecordOrigin origin) => _task.Job.Splits.NameOf(origin);

    /// <summary>The origin of a record by the name of its split, whose number differs from run to run: for what a step keeps of it.</summary>
    public RecordOrigin OriginOf(string split, long offset) => _task.Job.Splits.OriginOf(split, offset);

    /// <summary>Makes the dead letter of a record that the step could not use, without writing it.</summary>
    public DeadLetter Refuse(string reason, RecordOrigin origin)
        => new(Name, _task.Job.Splits.NameOf(origin), Position(origin), reason, Time.GetUtcNow());

    /// <summary>Makes the error that stops the job because the step failed on a record.</summary>
    public OperatorException Fail(Exception error, RecordOrigin origin)
        => error as OperatorException
            ?? OperatorException.Failed(Name, _task.Job.Splits.NameOf(origin), Position(origin), error);

    internal void OpenTimers()
    {
        foreach (var timers in _declared.AllTimers) timers.Open(this);
    }

    internal void CloseTimers()
    {
        foreach (var timers in _declared.AllTimers) timers.Close();
    }

    /// <summary>Fails where a value of a record, which the step is to keep, cannot be written, as long as the record can still be rejected.</summary>
    internal void CheckKept<T>(T value)
    {
        if (KeepsRejected) StateCodec<T>.Check(value);
    }

    /// <summary>Calls the step's code where no record is at hand: what it fails with names the step.</summary>
    internal void Call(Action call)
    {
        try
        {
            call();
        }
        catch (Exception error) when (_task.IsFailure(error))
        {
            throw Fail(error, default);
        }
    }

    internal bool Owns(IState state) => _declared.States.Contains(state);

    private ReadOnlyMemory<byte> SavedTime(string? part)
        => _task.Job.Restored.Saved($"{TaskCheckpoint.Watermark}{(part is null ? Name : $"{Name}/{part}")}");

    private static long Position(RecordOrigin origin) => origin.IsKnown ? origin.Offset : -1;
}
