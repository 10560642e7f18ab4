using Dataflow.Runtime;

namespace Dataflow.Windows;

/// <summary>Lets records pass whose windows are not all closed yet; the others are late.</summary>
internal sealed class LateFilter<T>(WindowSpec windows) : Operator<T, T>, ICountsLate, IKnowsTime
{
    private Operator<T>? _late;
    private long _watermark = long.MinValue;
    private long _openFrom = long.MinValue;

    public long LateRecords { get; private set; }

    internal override bool IsOneToOne => true;

    public long Watermark => _watermark;

    public void ConnectLateTo(Operator<T> late) => _late = late;

    public override void Process(in Record<T> record)
    {
        if (record.Timestamp < _openFrom) RejectLate(in record);
        else Emit(in record);
    }

    public override void Advance(long watermark)
    {
        if (watermark > _watermark) MoveTo(watermark);
        base.Advance(watermark);
        _late?.Advance(watermark);
    }

    /// <summary>Counts a late record and hands it to the stream of late records; also for steps that follow and know better.</summary>
    public void RejectLate(in Record<T> record)
    {
        LateRecords++;
        _late?.Process(in record);
    }

    internal override void Capture(TaskCheckpoint checkpoint) => checkpoint.SaveWatermark(Context.Name, _watermark);

    protected override void Open() => MoveTo(Context.SavedWatermark());

    private void MoveTo(long watermark)
    {
        _watermark = watermark;
        _openFrom = windows.OpenFrom(watermark);
    }
}

/// <summary>A step that counts late records.</summary>
internal interface ICountsLate
{
    long LateRecords { get; }
}
