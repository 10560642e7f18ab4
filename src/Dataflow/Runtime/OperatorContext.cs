using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow;

/// <summary>What a running step may use of the task that it belongs to.</summary>
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

    internal LogStore Log => _task.Job.Log;

    internal StreamTask Task => _task;

    /// <summary>Whether records on which the user's code fails are left out instead of stopping the job.</summary>
    internal bool KeepsRejected { get; }

    /// <summary>The newest event time of all input, once it has ended: the same in all workers.</summary>
    internal long NewestAtEnd => EventTime.GiversBefore(_task.Job.Plan.Nodes.First(node => node.Id == NodeId).Upstream!)
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

    /// <summary>What <see cref="TaskCheckpoint.Save"/> kept under a key in the checkpoint that the job started from.</summary>
    internal ReadOnlyMemory<byte> Saved(string key) => _task.Job.Restored.Saved(key);

    /// <summary>How far time had come at the step, or at a part of it, in that checkpoint; of this worker's shards.</summary>
    internal long SavedWatermark(string? part = null)
        => SavedTimes.Of(SavedTime(part), Worker, Workers).DefaultIfEmpty(long.MinValue).Min();

    /// <summary>How far time had come at the step of each worker, or at a part of it, in that checkpoint.</summary>
    internal IEnumerable<long> SavedWatermarks(string? part = null) => SavedTimes.OfAll(SavedTime(part)).DefaultIfEmpty(long.MinValue);

    /// <summary>An object that all workers' instances of the step share; the job disposes it after the last of them.</summary>
    /// <param name="create">Makes it, once in a job.</param>
    internal T Shared<T>(Func<T> create)
        where T : IAsyncDisposable
        => _task.Job.Shared(NodeId, create);

    /// <summary>Says that the step could not use a record.</summary>
    internal DeadLetter Refuse(string reason, RecordOrigin origin)
        => new(Name, _task.Job.SplitName(origin), Position(origin), reason, Time.GetUtcNow());

    internal OperatorException Fail(Exception error, RecordOrigin origin)
        => error as OperatorException
            ?? OperatorException.Failed(Name, _task.Job.SplitName(origin), Position(origin), error);

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

    private ReadOnlyMemory<byte> SavedTime(string? part) => Saved($"{TaskCheckpoint.Watermark}{(part is null ? Name : $"{Name}/{part}")}");

    private static long Position(RecordOrigin origin) => origin.IsKnown ? origin.Offset : -1;
}
