namespace Dataflow.Processing;

internal sealed class ProcessOperator<TKey, T, TOut> : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    public ProcessOperator(KeyedProcess<TKey, T, TOut> process, ProcessPlan plan)
        => Runner = new(process, plan, (in record) => Emit(in record), base.Advance, base.Idle, Reject, Reject);

    public ProcessRunner<TKey, T, TOut> Runner { get; }

    public override bool IsBehind => Runner.IsBehind;

    public override bool IsDrained => !Runner.IsBehind;

    public override bool MayCapture => true;

    public override void Process(in Record<Keyed<TKey, T>> record) => Runner.Process(in record);

    public override void Advance(long watermark) => Runner.Advance(watermark);

    public override void Idle(Idleness idleness) => Runner.Idle(idleness);

    public override bool Poll() => Runner.Poll();

    public override void Capture(StepCheckpoint checkpoint) => Runner.Capture(checkpoint);

    protected override void Declare(StepDeclaration declare) => Runner.Declare(declare);

    protected override void Open() => Runner.Open(Context);
}

internal sealed class BroadcastProcessOperator<TKey, T, TBroadcast, TOut>
    : Operator<Keyed<TKey, T>, TBroadcast, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private readonly BroadcastProcess<TKey, T, TBroadcast, TOut> _process;

    public BroadcastProcessOperator(BroadcastProcess<TKey, T, TBroadcast, TOut> process, ProcessPlan plan)
    {
        _process = process;
        Runner = new(process, plan, (in record) => Emit(in record), base.AdvanceBoth, base.IdleBoth, Reject, Reject);
    }

    public ProcessRunner<TKey, T, TOut> Runner { get; }

    public override bool WaitsForSecond => false;

    public override bool IsBehind => Runner.IsBehind;

    public override bool IsDrained => !Runner.IsBehind;

    public override bool MayCapture => true;

    public override void Process(in Record<Keyed<TKey, T>> record) => Runner.Process(in record);

    public override void ProcessSecond(in Record<TBroadcast> record)
    {
        if (Runner.TryBroadcast(_process, in record) is { } error) Reject(error, in record);
    }

    public override bool Poll() => Runner.Poll();

    public override void Capture(StepCheckpoint checkpoint) => Runner.Capture(checkpoint);

    protected override void AdvanceBoth(long watermark) => Runner.Advance(watermark);

    protected override void IdleBoth(Idleness idleness) => Runner.Idle(idleness);

    protected override void Declare(StepDeclaration declare) => Runner.Declare(declare);

    protected override void Open() => Runner.Open(Context);
}
