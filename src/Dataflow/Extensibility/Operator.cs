using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>One running step of a task. Only its task's thread ever calls it.</summary>
/// <remarks>Derive from <see cref="Operator{TIn, TOut}"/>; this type holds what steps of all types have in common.</remarks>
public abstract class Operator
{
    private OperatorContext? _context;

    /// <summary>The step's name, and what it may use of its task. There from <see cref="Open()"/> on.</summary>
    protected OperatorContext Context => _context ?? throw new InvalidOperationException("The operator is not open yet.");

    /// <summary>Cancelled when the job ends, and what is at hand no longer counts.</summary>
    private protected CancellationToken Stopping { get; private set; }

    /// <summary>How many records the step has handed on.</summary>
    internal long Emitted { get; private protected set; }

    /// <summary>How many dead letters the step wrote instead of results.</summary>
    internal long DeadLetters { get; private protected set; }

    /// <summary>How many records were in flight in the step at the checkpoint that the job carried on from.</summary>
    internal long Restored { get; private protected set; }

    /// <summary>Whether the step hands on each record once, unless it is a dead letter or counted as left out (<see cref="CounterRole.LeavesOut"/>):
    /// then its status says how many are in flight, and tests hold it to that.</summary>
    public virtual bool IsOneToOne => false;

    /// <summary>Declares what the step keeps; called for the plan, on a step that never runs, and at each start, before state is restored.</summary>
    /// <remarks>Nothing else belongs here: there is no <see cref="Context"/> yet, and the states are empty.</remarks>
    protected virtual void Declare(StepDeclaration declare)
    {
    }

    /// <summary>Prepares the step, once its state is restored and before its first record.</summary>
    /// <remarks>The steps behind it are open already: it may hand on what it finds.</remarks>
    protected virtual void Open()
    {
    }

    /// <summary>Called after each batch of records: the place to hand on what was collected over the batch.</summary>
    public virtual void EndOfBatch()
    {
    }

    /// <summary>Releases what the step holds. Called once, also after a failure.</summary>
    public virtual void Close()
    {
    }

    /// <summary>Bytes of output that wait for the next checkpoint.</summary>
    public virtual long PendingBytes => 0;

    /// <summary>The most records that the task should read at once, so that a barrier need not wait long behind them.</summary>
    public virtual int MaxRecordsAtOnce => int.MaxValue;

    /// <summary>Whether the step has taken all it can for now: its task reads no further until this is false again.</summary>
    public virtual bool IsFull => false;

    /// <summary>Whether the step has records or timers left that time has come for, to be done in <see cref="Poll"/>: its task reads no
    /// further until it has caught up.</summary>
    public virtual bool IsBehind => false;

    /// <summary>Whether nothing is in flight inside the step; the end of the input waits for that.</summary>
    public virtual bool IsDrained => true;

    /// <summary>Whether a checkpoint may be taken now: nothing is in flight, or <see cref="Capture"/> keeps what is.</summary>
    public virtual bool MayCapture => IsDrained;

    /// <summary>Hands on what completed in the background, or does a portion of what is left; true if there was something.</summary>
    /// <remarks>Called again and again, also while no records come. Must not block.</remarks>
    public virtual bool Poll() => false;

    /// <summary>Saves what the step must find again after a restart, apart from its declared states. On the task's thread, between two batches.</summary>
    public virtual void Capture(StepCheckpoint checkpoint)
    {
    }

    /// <summary>Called when the checkpoint of the last <see cref="Capture"/> is durable, before the next one is captured.</summary>
    public virtual void Committed()
    {
    }

    /// <summary>Called when all input has ended and the last checkpoint is durable: nothing follows. May be called again after a crash.</summary>
    public virtual void Finish()
    {
    }

    internal StepDeclaration DeclareTo(StepDeclaration declaration)
    {
        Declare(declaration);
        Take(declaration.Outputs);
        return declaration;
    }

    /// <summary>Keeps the second outputs that take part in the step's time.</summary>
    private protected virtual void Take(StepOutputs outputs)
    {
    }

    internal void Open(OperatorContext context)
    {
        _context = context;
        Stopping = context.Task.Job.Stopping;
        context.OpenTimers();
        Open();
    }

    /// <summary>Makes the error that stops the job because the step failed on a record.</summary>
    protected OperatorException Fail<T>(Exception error, in Record<T> record) => Context.Fail(error, record.Origin);

    /// <summary>Says that the user's code failed on a record, which the step then leaves out: the one way to handle that.</summary>
    /// <exception cref="OperatorException">Errors are to stop the job.</exception>
    protected void Reject<T>(Exception error, in Record<T> record) => Reject(error, record.Origin);

    /// <summary>Says that the user's code failed on a result that no single record stands behind, which is then left out.</summary>
    /// <exception cref="OperatorException">Errors are to stop the job.</exception>
    protected void Reject(Exception error) => Reject(error, default(RecordOrigin));

    /// <summary>Says that the user's code failed on a result that no single record stands behind, which is left out.</summary>
    /// <param name="error">Why.</param>
    /// <param name="part">The result, for the message: <c>window from … to …</c>.</param>
    /// <exception cref="OperatorException">Errors are to stop the job.</exception>
    protected void Reject(Exception error, string part)
    {
        Context.Task.DeadLetters.Reject(OperatorException.FailedOn(Context.Name, part, (error as OperatorException)?.InnerException ?? error));
        DeadLetters++;
    }

    /// <summary>Writes a dead letter, whatever the pipeline says of errors: for steps that never stop for a record.</summary>
    protected void WriteDeadLetter(string reason, RecordOrigin origin)
    {
        Context.Task.DeadLetters.Write(Context.Refuse(reason, origin));
        DeadLetters++;
    }

    /// <summary>Whether a value of the record at hand, which the step is to keep, can be written; otherwise the record is rejected.</summary>
    protected bool MayKeep<T, TValue>(in Record<T> record, TValue value) => !Context.KeepsRejected || CanKeep(in record, value);

    /// <summary>Says that the user's code failed on a record that is no more at hand.</summary>
    /// <exception cref="OperatorException">Errors are to stop the job.</exception>
    protected void Reject(Exception error, RecordOrigin origin)
    {
        Context.Task.DeadLetters.Reject(Context.Fail(error, origin));
        DeadLetters++;
    }

    private bool CanKeep<T, TValue>(in Record<T> record, TValue value)
    {
        try
        {
            Context.CheckKept(value);
            return true;
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return false;
        }
    }
}

/// <summary>A running step that takes records.</summary>
public abstract class Operator<TIn> : Operator
{
    /// <summary>Handles one record.</summary>
    public abstract void Process(in Record<TIn> record);

    /// <summary>Learns that no record older than <paramref name="watermark"/> (ms since the Unix epoch) will follow;
    /// <see cref="long.MaxValue"/> says that the input has ended.</summary>
    public abstract void Advance(long watermark);

    /// <summary>Learns that all input has gone quiet, or that records come again.</summary>
    /// <remarks>Comes after the last record before the quiet and before the first one after it. A step that holds records back hands them
    /// on before it passes this on.</remarks>
    public virtual void Idle(Idleness idleness)
    {
    }
}

/// <summary>A running step that hands its results to the next one.</summary>
public abstract class Operator<TIn, TOut> : Operator<TIn>
{
    private Operator<TOut> _next = null!; // set once, while the task is built
    private ISideOutput[] _sides = [];

    internal void ConnectTo(Operator<TOut> next) => _next = next;

    private protected override void Take(StepOutputs outputs) => _sides = [.. outputs.Declared];

    /// <summary>Hands a record to the next step, in the same call.</summary>
    /// <exception cref="OperationCanceledException">The job was cancelled. Not to be caught: the step is given up.</exception>
    protected void Emit(in Record<TOut> record)
    {
        Stopping.ThrowIfCancellationRequested(); // a step may have much to hand out
        Emitted++;
        _next.Process(in record);
    }

    /// <inheritdoc/>
    public override void Advance(long watermark)
    {
        _next.Advance(watermark);
        foreach (var side in _sides) side.Advance(watermark);
    }

    /// <inheritdoc/>
    public override void Idle(Idleness idleness)
    {
        _next.Idle(idleness);
        foreach (var side in _sides) side.Idle(idleness);
    }
}

/// <summary>A running step that takes the records of two streams and hands its results to the next one.</summary>
public abstract class Operator<TFirst, TSecond, TOut> : Operator<TFirst, TOut>, ITakesSecond<TSecond>
{
    private readonly InputTime[] _inputs = [InputTime.None, InputTime.None];
    private readonly ToldTime _both;

    /// <summary>Makes a step; called once for each worker.</summary>
    protected Operator() => _both = new(AdvanceBoth, IdleBoth);

    /// <summary>Whether the watermark is the lesser of both streams, but for one that is idle; otherwise it is that of the first.</summary>
    public virtual bool WaitsForSecond => true;

    /// <summary>Handles one record of the second stream.</summary>
    public abstract void ProcessSecond(in Record<TSecond> record);

    /// <summary>Learns that neither stream will bring a record older than <paramref name="watermark"/>.</summary>
    protected virtual void AdvanceBoth(long watermark) => base.Advance(watermark);

    /// <summary>Learns that both streams have gone quiet, or that records come again.</summary>
    protected virtual void IdleBoth(Idleness idleness) => base.Idle(idleness);

    /// <inheritdoc/>
    public sealed override void Advance(long watermark) => Advance(0, watermark);

    /// <inheritdoc/>
    public sealed override void Idle(Idleness idleness) => Idle(0, idleness);

    void ITakesSecond<TSecond>.AdvanceSecond(long watermark) => Advance(1, watermark);

    void ITakesSecond<TSecond>.IdleSecond(Idleness idleness) => Idle(1, idleness);

    private void Advance(int input, long watermark)
    {
        _inputs[input] = _inputs[input] with { Watermark = Math.Max(_inputs[input].Watermark, watermark) };
        Tell();
    }

    private void Idle(int input, Idleness idleness)
    {
        _inputs[input] = _inputs[input] with { Idleness = idleness };
        Tell();
    }

    private void Tell() => _both.Tell(WaitsForSecond ? InputTime.OfInputs(_inputs) : _inputs[0]);
}
