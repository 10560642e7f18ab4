using Dataflow.Time;

namespace Dataflow.Windows;

/// <summary>Passes on records that have an open window; the others are late.</summary>
internal sealed class LateFilter<TKey, T>(WindowSpec windows, Trigger trigger, Output<T> late) : Operator<Keyed<TKey, T>, Keyed<TKey, T>>
    where TKey : notnull
{
    private SideOutput<Keyed<TKey, T>> _late = null!;
    private Counter _lateRecords = null!;
    private long _watermark = long.MinValue;
    private OpenTimes _open = new(windows, long.MinValue);

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (_open.Hold(record.Timestamp)) Emit(in record);
        else TakeOther(in record);
    }

    public override void Advance(long watermark)
    {
        if (watermark > _watermark) MoveTo(watermark);
        base.Advance(watermark);
    }

    /// <summary>Emits a record to the side output for late records. Also called by the step that follows, which may know more precisely
    /// what is late.</summary>
    public void HandOutLate(in Record<Keyed<TKey, T>> record) => _late.Emit(in record);

    /// <summary>Counts records that passed through an aggregate which began before the exchange.</summary>
    public void CountPassed(long records) => Emitted += records;

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
        _open = new OpenTimes(windows, trigger.Closed(watermark));
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
            HandOutLate(in record);
        }
    }
}
