using Dataflow.Runtime;

namespace Dataflow.Windows;

/// <summary>Lets records pass whose windows are not all closed yet; the others are late.</summary>
internal sealed class LateFilter<T>(WindowSpec windows) : Operator<T, T>, ICountsLate, IKnowsTime
{
    private Operator<T>? _late;
    private long _watermark = long.MinValue;

    public long LateRecords { get; private set; }

    public long Watermark => _watermark;

    public void ConnectLateTo(Operator<T> late) => _late = late;

    public override void Process(in Record<T> record)
    {
        // The first comparison spares nearly every record the division in the second.
        if (record.Timestamp < _watermark && windows.LastEndOf(record.Timestamp) <= _watermark) Reject(in record);
        else Emit(in record);
    }

    public override void Advance(long watermark)
    {
        _watermark = Math.Max(_watermark, watermark);
        base.Advance(watermark);
        _late?.Advance(watermark);
    }

    internal override void Capture(TaskCheckpoint checkpoint) => checkpoint.SaveWatermark(Context.Name, _watermark);

    protected override void Open() => _watermark = Context.SavedWatermark();

    private void Reject(in Record<T> record)
    {
        LateRecords++;
        _late?.Process(in record);
    }
}

/// <summary>A step that counts late records.</summary>
internal interface ICountsLate
{
    long LateRecords { get; }
}
