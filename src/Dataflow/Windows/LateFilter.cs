namespace Dataflow.Windows;

/// <summary>Passes on records that have an open window; the others are late.</summary>
internal sealed class LateFilter<TKey, T>(WindowSpec windows, Trigger trigger, Output<T> late)
    : Operator<Keyed<TKey, T>, Keyed<TKey, T>>, ILateRecords<TKey, T>
    where TKey : notnull
{
    private SideOutput<Keyed<TKey, T>> _late = null!;
    private Counter _lateRecords = null!;
    private KeyTimes<TKey> _times = null!; // set by Declare
    private long _openFrom = windows.OpenFrom(long.MinValue); // of the key that is furthest

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (IsFrom(_openFrom, record.Timestamp) || IsOpen(record.Value.Key, record.Timestamp)) Emit(in record);
        else TakeOther(in record);
    }

    public override void Advance(long watermark)
    {
        if (_times.Advance(watermark)) SetOpen();
        base.Advance(watermark);
    }

    public void EmitLate(in Record<Keyed<TKey, T>> record) => _late.Emit(in record);

    protected override void Declare(StepDeclaration declare)
    {
        _late = declare.Output<TKey, T>(late);
        _lateRecords = declare.Counter(CounterDefinition.Late);
        _times = declare.KeyTimes<TKey>();
        declare.EventTime(() => _times.Watermark);
    }

    protected override void Open() => SetOpen();

    private void SetOpen() => _openFrom = windows.OpenFrom(trigger.Closed(_times.Latest));

    private bool IsOpen(TKey key, long time) => !_times.AreOne && IsFrom(windows.OpenFrom(trigger.Closed(_times.Of(key))), time);

    private static bool IsFrom(long open, long time) => time >= open && TimeRange.Holds(time);

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
