namespace Dataflow.Windows;

/// <summary>Passes on records that have an open window; the others are late.</summary>
internal sealed class LateFilter<TKey, T>(WindowSpec windows, Trigger trigger, Output<T> late)
    : Operator<Keyed<TKey, T>, Keyed<TKey, T>>, ILateRecords<TKey, T>
    where TKey : notnull
{
    private SideOutput<Keyed<TKey, T>> _late = null!;
    private Counter _lateRecords = null!;
    private long _watermark = long.MinValue;
    private long _openFrom = windows.OpenFrom(long.MinValue);

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (record.Timestamp >= _openFrom && TimeRange.Holds(record.Timestamp)) Emit(in record);
        else TakeOther(in record);
    }

    public override void Advance(long watermark)
    {
        if (watermark > _watermark) MoveTo(watermark);
        base.Advance(watermark);
    }

    public void EmitLate(in Record<Keyed<TKey, T>> record) => _late.Emit(in record);

    public override void Capture(StepCheckpoint checkpoint) => checkpoint.SaveWatermark(_watermark);

    protected override void Declare(StepDeclaration declare)
    {
        _late = declare.Output<TKey, T>(late);
        _lateRecords = declare.Counter(CounterDefinition.Late);
        declare.EventTime(() => _watermark);
    }

    protected override void Open() => MoveTo(Context.SavedWatermark());

    private void MoveTo(long watermark)
    {
        _watermark = watermark;
        _openFrom = windows.OpenFrom(trigger.Closed(watermark));
    }

    private void TakeOther(in Record<Keyed<TKey, T>> record)
    {
        if (!windows.NeedsTime)
        {
            Emit(in record);
        }
        else if (!TimeRange.Holds(record.Timestamp))
        {
            Reject(TimeRange.Fault(record.Timestamp), in record); // the step that made the time is not WithEventTime
        }
        else
        {
            _lateRecords.Add();
            EmitLate(in record);
        }
    }
}
