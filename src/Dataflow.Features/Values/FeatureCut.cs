using MessagePack;

namespace Dataflow.Features;

/// <summary>What the features of one answer reflect: logged with a prediction, it lets a training set find the same values again.</summary>
/// <param name="Positions">One for each view that the service reads, in the order of the service.</param>
[MessagePackObject]
public sealed record FeatureCut([property: Key(0)] IReadOnlyList<FeaturePosition> Positions);

/// <summary>What the features of one view and entity reflect.</summary>
/// <param name="AtMs">The time that they are of, in ms since the Unix epoch: that which was asked for, or the watermark if that
/// was later.</param>
/// <param name="WatermarkMs">The view's watermark at that moment; <see cref="long.MinValue"/> if there was none yet.</param>
/// <param name="HistoryFromMs">The time of the first event that the view had seen.</param>
/// <param name="Split">The part of the source that the entity's events come from; empty if it had none.</param>
/// <param name="Offset">The position there of the last event of the entity that they contain; -1 if it had none.</param>
[MessagePackObject]
public readonly record struct FeaturePosition(
    [property: Key(0)] long AtMs,
    [property: Key(1)] long WatermarkMs,
    [property: Key(2)] long HistoryFromMs,
    [property: Key(3)] string Split,
    [property: Key(4)] long Offset)
{
    /// <summary>Up to which time everything that comes in order is in.</summary>
    [IgnoreMember]
    public TimeSpan Lag => WatermarkMs == long.MinValue ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(AtMs - WatermarkMs);
}
