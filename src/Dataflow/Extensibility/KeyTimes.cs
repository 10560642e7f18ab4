using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>The event time that a keyed step has reached: its watermark and, for keys that came here from a worker or process which was
/// further, theirs. It is part of every checkpoint, and moves with the keys.</summary>
/// <remarks>Made by <see cref="StepDeclaration.KeyTimes"/>, and restored before the step is opened. An instance goes on from the lowest
/// watermark of those who had its keys: nothing is late for it that was not for them. What the others had done up to their own watermark
/// is done: windows are closed, records dropped. So a step asks here, by key, whether something is late or over. Only while the watermark
/// has not caught up does that cost more than a comparison.</remarks>
public sealed class KeyTimes<TKey> : IKeyTimes
    where TKey : notnull
{
    private readonly KeyCodec<TKey> _keys = KeyCodec<TKey>.Default;
    private long[]? _ahead; // by shard; null: none is further than the watermark

    internal KeyTimes()
    {
    }

    /// <summary>The step's watermark, ms since the Unix epoch; <see cref="long.MinValue"/> before the first.</summary>
    public long Watermark { get; private set; } = long.MinValue;

    /// <summary>The time that the furthest key has reached: what is not older is late for none.</summary>
    public long Latest { get; private set; } = long.MinValue;

    /// <summary>Whether the watermark is the time of all keys. It is false only for a while after keys have come from elsewhere.</summary>
    public bool AreOne => _ahead is null;

    /// <summary>The time that a key has reached: the watermark or, if it had come further elsewhere, that.</summary>
    public long Of(TKey key) => _ahead is null ? Watermark : OfShard(Shards.Of(_keys.Hash(key)));

    /// <summary>Whether a time is before the one that a key has reached.</summary>
    public bool IsLate(TKey key, long time) => time < Latest && time < Of(key);

    /// <summary>Advances to a watermark; a lower one than before changes nothing.</summary>
    /// <returns>Whether it is a new one.</returns>
    public bool Advance(long watermark)
    {
        if (watermark <= Watermark) return false;
        Watermark = watermark;
        if (watermark >= Latest) (Latest, _ahead) = (watermark, null);
        return true;
    }

    void IKeyTimes.Open(OperatorContext step)
    {
        Watermark = step.SavedWatermark();
        _ahead = step.SavedWatermarksOfShards(IKeyTimes.AheadPart);
        Latest = Math.Max(Watermark, _ahead.Max());
        if (Latest == Watermark) _ahead = null;
    }

    void IKeyTimes.Save(StepCheckpoint checkpoint)
    {
        checkpoint.SaveTime(Watermark);
        for (var shard = 0; shard < _ahead?.Length; shard++)
        {
            if (_ahead[shard] > Watermark) checkpoint.SaveWatermarkOfShard(shard, _ahead[shard], IKeyTimes.AheadPart);
        }
    }

    private long OfShard(int shard) => Math.Max(Watermark, _ahead![shard]);
}
