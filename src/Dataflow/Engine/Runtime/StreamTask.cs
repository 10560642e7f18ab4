using Dataflow.Operations.Findings;
using Dataflow.Planning;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Runtime;

/// <summary>One worker's instance of a stage: inputs, the fused steps, and the exchanges that take its results.</summary>
/// <remarks>Everything here runs on the worker's thread. A step of the task never blocks: it does the work that is available.</remarks>
internal sealed class StreamTask
{
    private const int StepsBetweenFlushes = 32;

    private static readonly TimeSpan LongAtHand = TimeSpan.FromSeconds(1);

    private readonly List<TaskInput> _inputs = [];
    private readonly List<(OperatorContext Context, Operator Step)> _steps = [];
    private readonly List<IExchangeWriter> _writers = [];
    private readonly List<ILookahead> _lookaheads = []; // the last steps' first, as they are built
    private readonly TaskCapture _capture;
    private IReadOnlyList<IMakesTime> _timeMakers = [];
    private int _stepsSinceFlush;
    private bool _isHeldUp;
    private bool _isOpen;
    private long _pendingOutputBytes;
    private string? _calling;

    public StreamTask(JobRun job, Worker worker, string name)
    {
        Job = job;
        Worker = worker;
        Name = name;
        Times = new TaskTimes(job.Time);
        Turn = new Turn(job.Time, job.Options.LongestTurn);
        DeadLetters = new TaskDeadLetters(job);
        _capture = new TaskCapture(this);
    }

    public JobRun Job { get; }

    public Worker Worker { get; }

    public string Name { get; }

    /// <summary>The largest number of records to read from a split in one step.</summary>
    public int ReadRecords { get; private set; }

    public IReadOnlyList<(OperatorContext Context, Operator Step)> Instances => _steps;

    public IEnumerable<SplitProgress> Splits => _inputs.OfType<ISourceInput>().SelectMany(input => input.Splits);

    /// <summary>The source or sink whose code is running apart from a record; null: none. Safe for any thread.</summary>
    public string? Calling
    {
        get => Volatile.Read(ref _calling);
        set => Volatile.Write(ref _calling, value);
    }

    public TaskTimes Times { get; }

    public Turn Turn { get; }

    public TaskDeadLetters DeadLetters { get; }

    public IReadOnlyList<TaskInput> Inputs => _inputs;

    public IReadOnlyList<IExchangeWriter> Writers => _writers;

    public StageStatus ToStatus() => Times.ToStatus(Name, Worker.Index, [.. _steps.Select(static step => step.Context.Name)]) with
    {
        QueuedBatches = _inputs.Sum(static input => input.QueuedBatches),
        AtHand = Times.AtHandFor >= LongAtHand ? new StepsAtHand(this, _inputs).Names() : [],
    };

    /// <summary>Adds the numbers of records that the task's steps have emitted, and that it read from its sources, by node.</summary>
    public void AddEmitted(Dictionary<int, long> emitted)
    {
        foreach (var (context, step) in _steps) emitted[context.NodeId] += step.Emitted;
        foreach (var input in _inputs.OfType<ISourceInput>()) emitted[((Node)input.Source).Id] += input.Splits.Sum(split => split.Read);
    }

    public long PendingOutputBytes => Volatile.Read(ref _pendingOutputBytes);

    /// <summary>The number of keyed values in the task's state.</summary>
    public long StateEntries => _steps.Sum(static step => step.Context.StateEntries);

    /// <summary>The number of the last checkpoint that the task has captured.</summary>
    public long Epoch => _capture.Epoch;

    /// <summary>Whether a checkpoint or the end of the job waits for the task: work between two records that can be postponed should then
    /// wait.</summary>
    public bool IsWaitedFor => Job.RequestedEpoch > Epoch || Job.IsEnding;

    /// <summary>Whether nothing is left to do but to take part in checkpoints.</summary>
    public bool IsEnded { get; private set; }

    public void AddInput(TaskInput input) => _inputs.Add(input);

    public OperatorContext AddOperator(string name, int nodeId, Operator step, StepOutputs outputs)
    {
        var declaration = step.DeclareTo(
            new StepDeclaration(name, _capture.Changes, Job.Plan.OnError.KeepsRejected, outputs, Job.Plan.LabelOf(nodeId)));
        _capture.Add(declaration.States);
        var context = new OperatorContext(name, nodeId, this, declaration);
        _steps.Add((context, step));
        return context;
    }

    public void AddWriter(IExchangeWriter writer)
    {
        writer.Turn = Turn;
        _writers.Add(writer);
    }

    /// <summary>Whether inputs are being read, and not steps called for another reason.</summary>
    public bool IsReading { get; private set; }

    public void AddLookahead(ILookahead lookahead) => _lookaheads.Add(lookahead);

    /// <summary>Finds the declared state of an id, for restoring; null if it belongs to another task.</summary>
    public IState? FindState(uint id) => _capture.FindState(id);

    /// <summary>The states of all steps.</summary>
    public IReadOnlyList<IState> States => _capture.States;

    /// <summary>Whether the state of a task that has ended is that of the last checkpoint.</summary>
    public bool IsSaved() => _capture.IsSaved();

    /// <summary>Returns the name of the step that a state belongs to; null if it is none of these.</summary>
    public string? StepOf(IState state) => _steps.Find(step => step.Context.Owns(state)).Context?.Name;

    /// <summary>Finds the running step of a node; null if it runs in another task.</summary>
    public Operator? TryFind(int nodeId) => InstanceOf(nodeId)?.Step;

    /// <summary>Finds the running step of a node with its context; null if it runs in another task.</summary>
    public (OperatorContext Context, Operator Step)? InstanceOf(int nodeId)
        => _steps.Find(step => step.Context.NodeId == nodeId) is { Step: not null } instance ? instance : null;

    /// <summary>Returns the splits read by this task whose records reach a step.</summary>
    public IReadOnlyList<SplitProgress> SplitsAbove(int nodeId)
    {
        var sources = PlanCheck.SourcesOf(Job.Plan.Nodes.First(candidate => candidate.Id == nodeId)).ToHashSet();
        return [.. _inputs.OfType<ISourceInput>().Where(input => sources.Contains(input.Source)).SelectMany(input => input.Splits)];
    }

    /// <summary>Opens the steps, from the last to the first: a step that emits records from its state finds the next ones open.</summary>
    public void Open()
    {
        _steps.Sort((left, right) => left.Context.NodeId.CompareTo(right.Context.NodeId));
        foreach (var (context, step) in _steps) step.Bind(context);
        foreach (var (context, step) in Enumerable.Reverse(_steps)) context.Call(() => step.Open(context));
        _isOpen = true;
        Publish();
        _timeMakers = [.. _steps.Select(static step => step.Step).OfType<IMakesTime>()];
        ReadRecords = _steps.Select(static step => step.Step.MaxRecordsAtOnce).Append(Job.Options.ReadRecords).Min();
    }

    public void Close()
    {
        if (_isOpen) Publish(); // the final numbers
        _capture.Close();
        Closing.All(
        [
            .. _inputs.Select(static input => (Action)input.Close),
            .. _steps.Select(static step => (Action)(() => step.Context.Call(step.Step.Close))),
            .. _steps.Select(static step => (Action)step.Context.CloseTimers),
        ]);
    }

    /// <summary>Whether an error comes from a step's code that has not named itself, and does not only say that the job ends.</summary>
    public bool IsFailure(Exception error) => OperatorException.IsBare(error) && !Turn.IsGivenUp(error);

    /// <summary>Calls every step apart from records; an error names the step.</summary>
    public void Each(Action<OperatorContext, Operator> call)
    {
        foreach (var (context, step) in _steps)
        {
            try
            {
                call(context, step);
            }
            catch (Exception error) when (IsFailure(error))
            {
                throw context.Fail(error, default);
            }
        }
    }

    /// <summary>Does the work that is available; false if there was none.</summary>
    public bool Step()
    {
        Times.Begin();
        Turn.Begin();
        try
        {
            var any = DoStep();
            Times.End(any, WaitsFor());
            Learn();
            return any;
        }
        catch (Exception error) when (IsFailure(error))
        {
            throw Fail(error, default); // no step and no source has named itself
        }
    }

    private bool DoStep()
    {
        var any = _capture.LearnOfCommit() | SendOverflow() | _capture.WriteFrozen();
        if (_writers.Exists(static writer => writer.HasOverflow) || Job.Coordinator.LastEpoch == Epoch)
        {
            Skip();
            return any;
        }

        any |= Poll();
        var isFull = _steps.Exists(static step => step.Step.IsFull || step.Step.IsBehind)
            || _writers.Exists(static writer => writer.IsHeldUp);
        // Records before a checkpoint's barrier are taken in even so: the barrier must not wait for slow calls.
        if (!isFull || Job.RequestedEpoch > Epoch) any |= ReadInputs();
        else Skip();
        var isMidway = IsMidway;
        if (!isMidway) TellTimes();
        HoldUp(isFull && (_isHeldUp || !any));
        if (!isMidway || IsWaitedFor) Each(static (_, step) => step.EndOfBatch());
        Flush(isIdle: !any);
        return any | _capture.TryCapture() | LearnOfEnd();
    }

    /// <summary>Makes the error that stops the job because a step failed without naming itself.</summary>
    public OperatorException Fail(Exception error, RecordOrigin origin)
    {
        var (steps, split, position) = (
            new StepsAtHand(this, _inputs).Names(), Job.Splits.NameOf(origin), origin.IsKnown ? origin.Offset : -1);
        return steps is [var step]
            ? OperatorException.Failed(step, split, position, error)
            : OperatorException.FailedIn(Name, steps, split, position, error);
    }

    /// <summary>Lets sinks complete their output: the last checkpoint is durable and nothing follows.</summary>
    public void Finish()
    {
        _capture.Finished();
        Each(static (_, step) => step.Finish());
        Job.TaskFinished();
    }

    /// <summary>Gives steps the records that are held back in front of them, and then texts in state bytes of their own: before the
    /// batches end that the texts lie in, a source's with its next read, an exchange's when it is done.</summary>
    public void Settle()
    {
        EndLookahead();
        _capture.Changes.KeepTexts();
    }

    /// <summary>Gives steps the records that are held back in front of them.</summary>
    public void EndLookahead()
    {
        for (var i = _lookaheads.Count - 1; i >= 0; i--) _lookaheads[i].Flush();
    }

    private TaskTimes.Waiting WaitsFor()
    {
        if (_writers.Exists(static writer => writer.HasOverflow || writer.IsHeldUp)) return TaskTimes.Waiting.ForOutput;
        return _isHeldUp ? TaskTimes.Waiting.ForCalls : TaskTimes.Waiting.ForInput;
    }

    private void Skip()
    {
        foreach (var input in _inputs) input.Skip();
    }

    private void HoldUp(bool isHeldUp)
    {
        if (isHeldUp == _isHeldUp) return;
        _isHeldUp = isHeldUp;
        foreach (var input in _inputs) input.HoldUp(isHeldUp);
    }

    /// <summary>Reads once from each input. If the last turn ended midway, only the rest of that is handled until it is done: batches, and
    /// the points at which time advances, do not depend on the speed of the steps.</summary>
    private bool ReadInputs()
    {
        var (any, isMidway) = (false, IsMidway && Job.RequestedEpoch == Epoch);
        IsReading = true;
        foreach (var input in _inputs)
        {
            any |= (!isMidway || input.IsMidway) && input.Step(Epoch);
            Settle();
        }

        IsReading = false;
        return any;
    }

    /// <summary>Reports to the inputs how long records take here and behind, once their results have found room.</summary>
    private void Learn()
    {
        if (_writers.Exists(static writer => writer.HasOverflow)) return;
        var cost = Times.TakeCost();
        foreach (var input in _inputs) input.Learn(cost);
    }

    private void TellTimes()
    {
        foreach (var step in _timeMakers) step.Look();
        foreach (var step in _timeMakers) step.Tell();
        foreach (var input in _inputs) input.Tell();
    }

    private bool Poll()
    {
        var any = false;
        Each((_, step) => any |= step.Poll());
        return any;
    }

    private bool SendOverflow()
    {
        var any = false;
        foreach (var writer in _writers) any |= writer.SendOverflow();
        return any;
    }

    private void Flush(bool isIdle)
    {
        if (!isIdle && ++_stepsSinceFlush < StepsBetweenFlushes) return;
        _stepsSinceFlush = 0;
        Publish();
        foreach (var writer in _writers) writer.Flush();
    }

    /// <summary>Publishes the task's progress for other threads, which must not walk through data that it changes.</summary>
    private void Publish()
    {
        Volatile.Write(ref _pendingOutputBytes, _steps.Sum(static step => step.Step.PendingBytes));
        foreach (var (context, _) in _steps) context.Publish();
    }

    private bool IsMidway => _inputs.Exists(static input => input.IsMidway);

    private bool IsDrained() => _steps.TrueForAll(static step => step.Step.IsDrained);

    /// <summary>Tells the steps about a checkpoint that became durable while the task was being stopped.</summary>
    public void LearnOfLastCommit() => _capture.LearnOfCommit();

    private bool LearnOfEnd()
    {
        if (IsEnded || !_inputs.TrueForAll(static input => input.IsEnded) || !IsDrained()) return false;
        if (_writers.Exists(static writer => writer.HasOverflow)) return false;
        foreach (var writer in _writers) writer.Flush();
        IsEnded = true;
        Job.Coordinator.Wake();
        return true;
    }
}
