using MessagePack;

namespace Dataflow.Features;

/// <summary>The input that one answer reflects: logged with a prediction, it lets a training set compute the same values again.</summary>
/// <param name="Positions">One position for each view that the service reads, in the order of the service.</param>
[MessagePackObject]
public sealed record FeatureCut([property: Key(0)] IReadOnlyList<FeaturePosition> Positions);

/// <summary>The input that the features of one view and entity reflect.</summary>
/// <param name="AtMs">The time of the features, in ms since the Unix epoch: the time of the read, or the watermark if that was
/// later.</param>
/// <param name="WatermarkMs">The view's watermark at the read; <see cref="long.MinValue"/> if there was none yet.</param>
/// <param name="HistoryFromMs">The time of the first event that the view had seen.</param>
/// <param name="Split">The split of the entity's events; empty if it had none.</param>
/// <param name="Offset">The position in the split of the entity's last event that the features contain; -1 if it had none.</param>
[MessagePackObject]
public readonly record struct FeaturePosition(
    [property: Key(0)] long AtMs,
    [property: Key(1)] long WatermarkMs,
    [property: Key(2)] long HistoryFromMs,
    [property: Key(3)] string Split,
    [property: Key(4)] long Offset)
{
    /// <summary>The lag of the watermark behind the time of the features; <see cref="TimeSpan.MaxValue"/> if there was no watermark
    /// yet.</summary>
    [IgnoreMember]
    public TimeSpan Lag => WatermarkMs == long.MinValue ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(AtMs - WatermarkMs);
}
