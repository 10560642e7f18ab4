using System.Diagnostics;
using Dataflow.Checkpoints;
using Dataflow.State;

namespace Dataflow.Runtime;

/// <summary>A task's part in checkpoints: captures at the barrier, writes the frozen state little by little, and tells steps about
/// commits.</summary>
internal sealed class TaskCapture
{
    private const int FrozenEntriesPerStep = 4096;

    private readonly StreamTask _task;
    private readonly JobRun _job;
    private readonly List<IState> _states = [];
    private TaskCheckpoint? _writing;
    private long _committedEpoch;
    private bool _hasFinished;
    private bool _hasFailed; // a step at a commit: the next start makes up for it, and no sink completes before

    public TaskCapture(StreamTask task)
    {
        (_task, _job) = (task, task.Job);
        Epoch = _committedEpoch = _job.Restored.Epoch;
        Changes = new Changes(shard => _job.ShardMap.WorkerOf(shard) == task.Worker.Index);
    }

    /// <summary>The number of the last checkpoint that the task has captured.</summary>
    public long Epoch { get; private set; }

    /// <summary>The changes of state for the next checkpoint.</summary>
    public Changes Changes { get; }

    public IReadOnlyList<IState> States => _states;

    public void Add(IEnumerable<IState> states) => _states.AddRange(states);

    public IState? FindState(uint id) => _states.Find(state => state.Id == id);

    /// <summary>Tells the steps that the last checkpoint is durable, and that nothing follows.</summary>
    public void Finished() => _hasFinished = true;

    public void Close()
    {
        foreach (var (_, records) in Changes.TakeAll()) records.Dispose();
    }

    /// <summary>Whether the state is that of the last checkpoint: another one would hold no changes. To be asked after the end.</summary>
    public bool IsSaved()
    {
        foreach (var state in _states)
        {
            var all = int.MaxValue;
            state.Flip();
            state.WriteFrozen(ref all);
        }

        Changes.Flip();
        var changes = Changes.TakeAll().ToList();
        foreach (var (_, records) in changes) records.Dispose();
        return changes.Count == 0;
    }

    public bool TryCapture()
    {
        var epoch = _job.RequestedEpoch;
        if (epoch <= Epoch || _writing is not null) return false;
        if (_committedEpoch < Epoch) return false; // sinks are told of a commit before they prepare the next
        if (!_task.Inputs.All(input => input.IsAtBarrier(epoch)) || !_task.Instances.All(static step => step.Step.MayCapture)) return false;
        LearnOfCommit(); // the last checkpoint may have been committed since the step began; sinks are told first
        Capture(epoch);
        return true;
    }

    /// <summary>Writes some of the state that the last checkpoint froze, and hands the checkpoint in when all is written.</summary>
    public bool WriteFrozen()
    {
        if (_writing is null) return false;
        var budget = FrozenEntriesPerStep;
        foreach (var state in _states)
        {
            if (!state.WriteFrozen(ref budget)) return true;
        }

        _writing.Changes.AddRange(Changes.Take());
        _job.Coordinator.HandIn(_writing);
        _writing = null;
        return true;
    }

    public bool LearnOfCommit()
    {
        if (_hasFailed) return false;
        // In this order: once the job is finished, the epoch read after it is the last one.
        var isFinished = _job.IsFinished && !_hasFinished;
        var epoch = _job.CommittedEpoch;
        if (epoch > _committedEpoch)
        {
            _committedEpoch = epoch;
            _hasFailed = true;
            foreach (var input in _task.Inputs) input.Committed();
            _task.Each(static (_, step) => step.Committed());
            _hasFailed = false;
        }
        else if (!isFinished)
        {
            return false;
        }

        if (isFinished) _task.Finish();
        return true;
    }

    private static void Capture(OperatorContext context, Operator step, StepCheckpoint checkpoint)
    {
        context.SaveTimes(checkpoint);
        step.Capture(checkpoint);
    }

    private void Capture(long epoch)
    {
        var start = Stopwatch.GetTimestamp();
        var checkpoint = new TaskCheckpoint(epoch, _job.ShardMap.Of(_task.Worker.Index));
        foreach (var input in _task.Inputs) input.Capture(checkpoint);
        _task.Each((context, step) => Capture(context, step, new StepCheckpoint(checkpoint, context)));
        checkpoint.DeadLetters.AddRange(_task.DeadLetters.TakeAll());
        foreach (var state in _states) state.Flip();
        Changes.Flip();
        foreach (var writer in _task.Writers) writer.SendBarrier(epoch);
        Epoch = epoch;
        _task.Turn.HasBeenWaitedFor();
        _writing = checkpoint;
        checkpoint.Pause = Stopwatch.GetElapsedTime(start);
    }
}
