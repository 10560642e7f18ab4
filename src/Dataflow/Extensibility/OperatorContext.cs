using System.Buffers.Binary;
using System.Numerics;
using Dataflow.Async;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>The context of a running step: its name, worker and clock, the log, and the last checkpoint.</summary>
public sealed class OperatorContext
{
    private readonly StreamTask _task;
    private readonly StepDeclaration _declared;
    private long _stateEntries;
    private int _eventTimers;

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

    /// <summary>The number of instances of the step, one per worker.</summary>
    public int Workers => _task.Job.Workers.Count;

    /// <summary>The job's clock; use no other.</summary>
    public TimeProvider Time => _task.Job.Time;

    internal int NodeId { get; }

    /// <summary>Whether other processes run the step too.</summary>
    internal bool IsShared => _task.Job is { IsShared: true, Member.MayBeShared: true };

    /// <summary>The shard of what the instance keeps without a key: state by <see cref="Shard"/>.</summary>
    public Shard OwnShard => new(_task.Job.ShardMap.FirstOf(Worker));

    internal StepCounters Counters => _declared.Counters;

    internal StepOutputs Outputs => _declared.Outputs;

    internal bool HasKeyTimes => _declared.AllTimes.Count > 0;

    /// <summary>The log that the job runs on.</summary>
    public PartitionedLog Log => _task.Job.Log;

    /// <summary>Creates a producer for what the step writes to the log beside checkpoints. A process whose work others have taken over can
    /// add nothing by it.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <exception cref="LogException">There is no such topic.</exception>
    public LogProducer CreateProducer(string topic) => Log.CreateProducer(topic, _task.Job.Coordinator.Topics.Owner);

    /// <summary>Cancelled when the job ends for any reason: for calls that the step makes.</summary>
    public CancellationToken Stopping => _task.Job.Stopping;

    /// <summary>The number of the last checkpoint that captured the step.</summary>
    public long Checkpoint => _task.Epoch;

    /// <summary>The number of the checkpoint that the job carried on from; 0: the job began anew.</summary>
    public long StartedFrom => _task.Job.Restored.Epoch;

    /// <summary>The positions from which the job reads on after the last durable checkpoint, by split: for
    /// <see cref="Operator.Committed"/>.</summary>
    public IReadOnlyDictionary<string, long> CommittedPositions => _task.Job.Coordinator.CommittedPositions;

    /// <summary>Whether a checkpoint or the end of the job waits for the step, which should then postpone work that can wait.</summary>
    public bool IsWaitedFor => _task.IsWaitedFor;

    /// <summary>Counts a portion of work and says whether the step has worked long enough: the rest should then wait for the next
    /// <see cref="Operator.Poll"/>. Call it after each portion.</summary>
    public bool EndsTurn() => _task.Turn.IsOver();

    internal StreamTask Task => _task;

    /// <summary>Whether an error is a failure of code that has not named itself, and not the end of the job.</summary>
    internal bool IsFailure(Exception error) => _task.IsFailure(error);

    /// <summary>Leaves a record out: as a dead letter, where the pipeline says so.</summary>
    /// <exception cref="OperatorException">The pipeline says otherwise, or there are too many of them.</exception>
    internal void Reject(OperatorException error) => _task.DeadLetters.Reject(error);

    /// <summary>Keeps a dead letter for the next checkpoint.</summary>
    internal void Write(DeadLetter letter) => _task.DeadLetters.Write(letter);

    /// <summary>Tells that this worker's part of an input is loaded that is read before streams start.</summary>
    internal void InputLoaded() => _task.Job.StartGate.InputLoaded();

    internal WatermarkAlignment AlignWatermarks() => new(Workers, _task.Job.WakeWorkers, () => _task.Job.RequestedEpoch);

    /// <summary>Whether records on which the user's code fails are rejected instead of stopping the job.</summary>
    public bool KeepsRejected { get; }

    /// <summary>The newest event time of all input of the step, ms since the Unix epoch, once the watermark says that it has ended
    /// (<see cref="long.MaxValue"/>); the same in all workers. <see cref="long.MinValue"/>: there was none.</summary>
    public long NewestAtEnd => _task.Job.TimesOf(_task.Job.Plan.Nodes.First(node => node.Id == NodeId).Upstream!).NewestAtEnd;

    /// <summary>Returns a function, safe for any thread, that gives the oldest event time of an input of the step since the job started,
    /// ms since the Unix epoch; <see cref="long.MaxValue"/>: there is none yet.</summary>
    /// <remarks>It counts records of all workers and processes that were not late in their split: here as soon as they are read, of other
    /// processes before the watermark passes them. To be called in <see cref="Operator.Open()"/>.</remarks>
    /// <param name="input">The node's <c>Input</c> or second input.</param>
    public Func<long> OldestTimeOf(Node input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var times = _task.Job.TimesOf(input);
        return () => times.Oldest;
    }

    /// <summary>The number of keyed values in the step's state, updated now and then for other threads.</summary>
    internal long StateEntries => Volatile.Read(ref _stateEntries);

    /// <summary>The number of set timers of event time, as last published for other threads.</summary>
    internal int EventTimers => Volatile.Read(ref _eventTimers);

    /// <summary>Publishes current numbers for other threads, which must not walk through data that the task changes.</summary>
    internal void Publish()
    {
        Volatile.Write(ref _stateEntries, _declared.States.Sum(static state => state.Entries));
        Volatile.Write(ref _eventTimers, _declared.AllTimers.Sum(static timers => timers.CountByEventTime));
        try
        {
            Counters.Publish();
        }
        catch (Exception error) when (_task.IsFailure(error))
        {
            throw Fail(error, default);
        }
    }

    /// <summary>The bytes that <see cref="StepCheckpoint.Save"/> stored under a name in the checkpoint that the job started from; empty:
    /// none.</summary>
    public ReadOnlyMemory<byte> Saved(string name)
        => SavedParts(name).FirstOrDefault();

    /// <summary>The bytes that instances of the step stored under a name, of which the process now has some of the shards: its own in
    /// earlier runs, and those of other processes.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> SavedParts(string name)
        => _task.Job.Restored.Saved(StepCheckpoint.KeyOf(Name, name)).Select(static part => (ReadOnlyMemory<byte>)part.Bytes);

    /// <summary>The bytes that <see cref="StepCheckpoint.SaveOfSplit"/> stored of a split, by whichever worker or process; empty:
    /// none.</summary>
    internal ReadOnlyMemory<byte> SavedOfSplit(string split, string part) => Saved(StepCheckpoint.PartOf(split, part));

    /// <summary>The value that was saved of a split in the form of state, or a new one.</summary>
    /// <exception cref="CheckpointException">The value cannot be read.</exception>
    internal T SavedOfSplit<T>(string split, string part, Func<T> create)
    {
        if (SavedOfSplit(split, part) is not { IsEmpty: false } bytes) return create();
        try
        {
            return StateCodec<T>.Read(bytes);
        }
        catch (Exception error) when (OperatorException.IsBare(error))
        {
            throw CheckpointException.ValueUnreadable(Name, error);
        }
    }

    /// <summary>The watermark that the step, or a part of it, saved in that checkpoint: the lowest one of the workers that had some of this
    /// worker's shards. <see cref="long.MinValue"/>: there was none.</summary>
    public long SavedWatermark(string? part = null)
        => Times(SavedPart.Of(SavedTimes(part), _task.Job.ShardMap.Of(Worker).Bits)).Min();

    /// <summary>The watermark of each of this worker's shards: that of its former worker, or a later one that was saved for the shard
    /// alone. <see cref="long.MinValue"/>: none.</summary>
    internal long[] SavedWatermarksOfShards(string part)
    {
        var times = new long[Shards.Count];
        Array.Fill(times, long.MinValue);
        foreach (var saved in SavedPart.Of(SavedTimes(null).Concat(SavedTimes(part)), _task.Job.ShardMap.Of(Worker).Bits))
        {
            var time = BinaryPrimitives.ReadInt64LittleEndian(saved.Bytes);
            for (var shards = saved.Shards; shards != 0; shards &= shards - 1)
            {
                ref var of = ref times[BitOperations.TrailingZeroCount(shards)];
                of = Math.Max(of, time);
            }
        }

        return times;
    }

    /// <summary>The watermarks that each worker's instance of the step, or of a part of it, saved in that checkpoint.</summary>
    public IEnumerable<long> SavedWatermarks(string? part = null) => Times(SavedTimes(part));

    /// <summary>Returns the object of its type that all workers' instances of the step share; the job disposes it after the last of them.
    /// To be called in <see cref="Operator.Open()"/>.</summary>
    /// <param name="create">Creates the object, once per job.</param>
    public T Shared<T>(Func<T> create)
        where T : IAsyncDisposable
        => _task.Job.Shared.Get(NodeId, create);

    /// <summary>Returns the object of its type that all steps of the worker share, also those of other stages. To be called in
    /// <see cref="Operator.Open()"/>.</summary>
    /// <remarks>It lives as long as the run of the job, and is not disposed.</remarks>
    /// <param name="create">Creates the object, once per worker.</param>
    public T SharedOnWorker<T>(Func<T> create)
        where T : class
        => _task.Worker.Shared(create);

    /// <summary>Returns the running instance, on this worker, of another step of the pipeline; null if it runs in another task, behind an
    /// exchange. To be called in <see cref="Operator.Open()"/>; this step's methods may call the other's.</summary>
    /// <param name="step">The other step.</param>
    /// <typeparam name="TStep">A type of its operator, such as an interface.</typeparam>
    public TStep? StepOf<TStep>(Node step)
        where TStep : class
    {
        ArgumentNullException.ThrowIfNull(step);
        return StepOf<TStep>(step.Id);
    }

    internal TStep? StepOf<TStep>(int nodeId)
        where TStep : class
        => _task.TryFind(nodeId) as TStep;

    /// <summary>Wakes the step's worker if it is parked, to poll the step at once: when a call has completed, for example. May be called on
    /// any thread.</summary>
    public void Wake() => _task.Worker.Wake();

    /// <summary>The index of the worker whose instance of a keyed step processes a key and has its state. Safe for any thread.</summary>
    /// <exception cref="KeyElsewhereException">Another process has the key.</exception>
    public int WorkerOf<TKey>(TKey key)
        where TKey : notnull
        => Workers == 1 && _task.Job.ShardMap.IsWhole ? 0 : _task.Job.WorkerOf(_task.Job.Plan.Serdes.KeysOf<TKey>().Hash(key));

    /// <summary>Reads the step's data, such as its state, from outside, between two batches of records. May be called on any
    /// thread.</summary>
    /// <remarks>Runs at once on the caller's thread if the step's worker is idle, else on the worker's thread after the current
    /// batch.</remarks>
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

    /// <summary>Makes the origin of a record from the name of its split, whose number differs between runs: for origins that a step keeps
    /// in state.</summary>
    public RecordOrigin OriginOf(string split, long offset) => _task.Job.Splits.OriginOf(split, offset);

    /// <summary>Makes the dead letter of a record that the step could not process, without writing it.</summary>
    public DeadLetter Refuse(string reason, RecordOrigin origin)
        => new(Name, _task.Job.Splits.NameOf(origin), Position(origin), reason, Time.GetUtcNow());

    /// <summary>Makes the error that stops the job because the step failed on a record.</summary>
    /// <remarks>One that the step has named without a record, as where it merges accumulators, is given the record's place.</remarks>
    public OperatorException Fail(Exception error, RecordOrigin origin)
    {
        var named = error as OperatorException;
        if (named is { IsOfStepAlone: true } && named.Step == Name && origin.IsKnown) (error, named) = (named.InnerException!, null);
        return named ?? OperatorException.Failed(Name, _task.Job.Splits.NameOf(origin), Position(origin), error);
    }

    internal void OpenTimers()
    {
        foreach (var timers in _declared.AllTimers) timers.Open(this);
        foreach (var times in _declared.AllTimes) times.Open(this);
    }

    /// <summary>Saves what the step has declared beside states.</summary>
    internal void SaveTimes(StepCheckpoint checkpoint)
    {
        foreach (var times in _declared.AllTimes) times.Save(checkpoint);
    }

    internal void CloseTimers()
    {
        foreach (var timers in _declared.AllTimers) timers.Close();
    }

    /// <summary>Checks the key that the step gives a record, while the record can still be rejected: it runs the key's own code, for
    /// hashing and comparing.</summary>
    /// <returns>The key.</returns>
    /// <exception cref="InvalidOperationException">It is null.</exception>
    /// <exception cref="SerdeException">It is of a type that is derived from the declared one.</exception>
    public TKey CheckKey<TKey>(TKey? key)
        where TKey : notnull
        => KeyGuard<TKey>.Check(key, KeepsRejected);

    /// <summary>Throws if a value of a record, which the step is to keep, cannot be written, while the record can still be rejected; does
    /// nothing where an error stops the job.</summary>
    public void CheckKept<T>(T value)
    {
        if (KeepsRejected) StateCodec<T>.Check(value);
    }

    /// <summary>Calls the step's code where there is no current record; an error then names the step.</summary>
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

    internal static long Position(RecordOrigin origin) => origin.IsKnown ? origin.Offset : -1;

    internal bool Owns(IState state) => _declared.States.Contains(state);

    private static IEnumerable<long> Times(IEnumerable<SavedPart> saved)
        => saved.Select(static part => BinaryPrimitives.ReadInt64LittleEndian(part.Bytes)).DefaultIfEmpty(long.MinValue);

    private IReadOnlyList<SavedPart> SavedTimes(string? part)
        => _task.Job.Restored.Saved($"{TaskCheckpoint.Watermark}{(part is null ? Name : $"{Name}/{part}")}");
}
