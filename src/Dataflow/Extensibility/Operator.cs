using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>One running instance of a step. Only its task's thread calls it.</summary>
/// <remarks>Derive from <see cref="Operator{TIn, TOut}"/>; this type has the members that do not depend on the record types.</remarks>
public abstract class Operator
{
    private OperatorContext? _context;

    /// <summary>The step's name and its access to the task; available from <see cref="Open()"/> on.</summary>
    protected OperatorContext Context => _context ?? throw new InvalidOperationException("The operator is not open yet.");

    /// <summary>Cancelled when the job ends, so that current work no longer counts.</summary>
    private protected CancellationToken Stopping { get; private set; }

    /// <summary>The number of records that the step has emitted.</summary>
    internal long Emitted { get; private protected set; }

    /// <summary>The number of dead letters that the step wrote.</summary>
    internal long DeadLetters { get; private protected set; }

    /// <summary>The number of records that were in flight in the step at the checkpoint that the job carried on from.</summary>
    internal long Restored { get; private protected set; }

    /// <summary>Whether the step emits each record exactly once, unless it is a dead letter or counted as left out
    /// (<see cref="CounterRole.LeavesOut"/>): then its status says how many are in flight, and tests verify that.</summary>
    public virtual bool IsOneToOne => false;

    /// <summary>Declares the step's states, outputs, counters and timers. Called for the plan, on a step that never runs, and at each
    /// start, before state is restored.</summary>
    /// <remarks>Do nothing else here: there is no <see cref="Context"/> yet, and the states are empty.</remarks>
    protected virtual void Declare(StepDeclaration declare)
    {
    }

    /// <summary>Prepares the step, after its state is restored and before its first record.</summary>
    /// <remarks>The steps behind it are open already, so it may emit records.</remarks>
    protected virtual void Open()
    {
    }

    /// <summary>Called after each batch of records, to emit results collected over the batch.</summary>
    public virtual void EndOfBatch()
    {
    }

    /// <summary>Releases the step's resources. Called once, also after a failure.</summary>
    public virtual void Close()
    {
    }

    /// <summary>The bytes of output that wait for the next checkpoint.</summary>
    public virtual long PendingBytes => 0;

    /// <summary>The largest number of records that the task should read at once, so that a barrier does not wait long behind
    /// them.</summary>
    public virtual int MaxRecordsAtOnce => int.MaxValue;

    /// <summary>Whether the step can take no more records for now: its task stops reading until this is false again.</summary>
    public virtual bool IsFull => false;

    /// <summary>Whether the step has due records or timers left for <see cref="Poll"/>: its task stops reading until it has caught
    /// up.</summary>
    public virtual bool IsBehind => false;

    /// <summary>Whether nothing is in flight inside the step; the end of the input waits for that.</summary>
    public virtual bool IsDrained => true;

    /// <summary>Whether a checkpoint may be taken now: nothing is in flight, or <see cref="Capture"/> saves it.</summary>
    public virtual bool MayCapture => IsDrained;

    /// <summary>Emits results that completed in the background, or does the next portion of remaining work; true if there was
    /// something.</summary>
    /// <remarks>Called repeatedly, also while no records come. Must not block.</remarks>
    public virtual bool Poll() => false;

    /// <summary>Saves what the step needs after a restart beside its declared states. Called on the task's thread, between two
    /// batches.</summary>
    public virtual void Capture(StepCheckpoint checkpoint)
    {
    }

    /// <summary>Called when the checkpoint of the last <see cref="Capture"/> is durable, before the next one is captured.</summary>
    public virtual void Committed()
    {
    }

    /// <summary>Called when all input has ended and the last checkpoint is durable. May be called again after a crash.</summary>
    public virtual void Finish()
    {
    }

    /// <summary>Counts records that were aggregated before the exchange, and so passed the step by.</summary>
    internal void CountPassed(long records) => Emitted += records;

    internal StepDeclaration DeclareTo(StepDeclaration declaration)
    {
        Declare(declaration);
        Take(declaration.Outputs);
        return declaration;
    }

    /// <summary>Keeps the side outputs that follow the step's event time.</summary>
    private protected virtual void Take(StepOutputs outputs)
    {
    }

    /// <summary>Gives the step its context, before any of the task is opened: one that opens earlier may read its rows.</summary>
    internal void Bind(OperatorContext context) => _context = context;

    internal void Open(OperatorContext context)
    {
        Stopping = context.Stopping;
        context.OpenTimers();
        Open();
    }

    /// <summary>Makes the error that stops the job because the step failed on a record.</summary>
    protected OperatorException Fail<T>(Exception error, in Record<T> record) => Context.Fail(error, record.Origin);

    /// <summary>Rejects a record on which the user's code failed; the step then skips it. The one way to handle such an error.</summary>
    /// <exception cref="OperatorException">The pipeline's <see cref="ErrorPolicy"/> is to stop the job.</exception>
    protected void Reject<T>(Exception error, in Record<T> record) => Reject(error, record.Origin);

    /// <summary>Rejects a result that no single record stands behind and on which the user's code failed; the step then skips it.</summary>
    /// <exception cref="OperatorException">The pipeline's <see cref="ErrorPolicy"/> is to stop the job.</exception>
    protected void Reject(Exception error) => Reject(error, default(RecordOrigin));

    /// <summary>Rejects a result that no single record stands behind and on which the user's code failed; the step then skips it.</summary>
    /// <param name="error">The error of the user's code.</param>
    /// <param name="part">A description of the result for the message, such as <c>window from … to …</c>.</param>
    /// <exception cref="OperatorException">The pipeline's <see cref="ErrorPolicy"/> is to stop the job.</exception>
    protected void Reject(Exception error, string part)
    {
        Context.Reject(
            OperatorException.FailedOn(Context.Name, part, (error as OperatorException)?.InnerException ?? error));
        DeadLetters++;
    }

    /// <summary>Writes a dead letter regardless of the pipeline's <see cref="ErrorPolicy"/>: for steps that never stop for a
    /// record.</summary>
    protected void WriteDeadLetter(string reason, RecordOrigin origin)
    {
        Context.Write(Context.Refuse(reason, origin));
        DeadLetters++;
    }

    /// <summary>Whether a value of the current record can be written, so that the step may keep it; otherwise the record is
    /// rejected.</summary>
    protected bool MayKeep<T, TValue>(in Record<T> record, TValue value) => !Context.KeepsRejected || CanKeep(in record, value);

    /// <summary>Rejects an earlier record, by its origin.</summary>
    /// <exception cref="OperatorException">The pipeline's <see cref="ErrorPolicy"/> is to stop the job.</exception>
    protected void Reject(Exception error, RecordOrigin origin)
    {
        Context.Reject(Context.Fail(error, origin));
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

    /// <summary>Handles the advance of the watermark (ms since the Unix epoch): no older record follows. <see cref="long.MaxValue"/>: the
    /// input has ended.</summary>
    public abstract void Advance(long watermark);

    /// <summary>Handles the news that all input has become idle, or active again.</summary>
    /// <remarks>Called after the last record before the idle time and before the first one after it, and also when part of the input
    /// becomes active again. Pass every call on, or the steps behind may wait for ever. A step that holds records back emits them before
    /// that.</remarks>
    public virtual void Idle(Idleness idleness)
    {
    }
}

/// <summary>A running step that emits records to the next one.</summary>
public abstract class Operator<TIn, TOut> : Operator<TIn>
{
    private Operator<TOut> _next = null!; // set once, while the task is built
    private ISideOutput[] _sides = [];

    internal void ConnectTo(Operator<TOut> next) => _next = next;

    private protected override void Take(StepOutputs outputs) => _sides = [.. outputs.Declared];

    /// <summary>Emits a record to the next step, within this call.</summary>
    /// <exception cref="OperationCanceledException">The job was cancelled. Do not catch it: the step is abandoned.</exception>
    protected void Emit(in Record<TOut> record)
    {
        Stopping.ThrowIfCancellationRequested(); // a step may have much to emit
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

/// <summary>A running step that takes the records of two streams and emits records to the next step.</summary>
public abstract class Operator<TFirst, TSecond, TOut> : Operator<TFirst, TOut>, ITakesSecond<TSecond>
{
    private readonly InputTime[] _inputs = [InputTime.None, InputTime.None];
    private readonly ToldTime _both;

    /// <summary>Creates a step; called once for each worker.</summary>
    protected Operator() => _both = new(AdvanceBoth, IdleBoth);

    /// <summary>Whether the step's watermark is the lower one of both streams, ignoring an idle one; otherwise it is that of the first
    /// stream.</summary>
    public virtual bool WaitsForSecond => true;

    /// <summary>Handles one record of the second stream.</summary>
    public abstract void ProcessSecond(in Record<TSecond> record);

    /// <summary>Handles the advance of the watermark (ms since the Unix epoch): no older record of either stream follows.</summary>
    protected virtual void AdvanceBoth(long watermark) => base.Advance(watermark);

    /// <summary>Handles the news that both streams have become idle, or one is active again.</summary>
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
