using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>The event time up to which a step has given its results, by key: the watermark, or a later time for keys that came from a
/// process that was ahead.</summary>
/// <remarks>Processes that share a pipeline do not have the same watermark. Where keys move to a process that is behind, its watermark
/// comes again to times for which the other one has given results. A step that still has state of such a time, such as panes of
/// overlapping windows, asks here before it gives a result again. It calls <see cref="Advance"/> with each watermark, in <c>Open</c> with
/// the saved one, and <see cref="Save"/> in <c>Capture</c>, beside <see cref="StepCheckpoint.SaveWatermark"/>.</remarks>
/// <example><code>
/// protected override void Open()
/// {
///     _watermark = Context.SavedWatermark();
///     _reached = Context.ReachedTimes&lt;TKey>();
///     _reached.Advance(_watermark);
/// }
/// </code></example>
public sealed class ReachedTimes<TKey>
    where TKey : notnull
{
    private readonly KeyCodec<TKey> _keys = KeyCodec<TKey>.Default;
    private readonly string _part;
    private long[]? _times; // by shard; null: none is later than the watermark
    private long _watermark = long.MinValue;

    internal ReachedTimes(long[] times, string part) => (_times, _part) = (times, part);

    /// <summary>Whether the step has given its results of a key up to a time, in ms since the Unix epoch, in this process or in
    /// another.</summary>
    public bool Include(TKey key, long time)
        => time <= _watermark || (_times is not null && time <= _times[Shards.Of(_keys.Hash(key))]);

    /// <summary>Records that the step has given all results up to a watermark, in ms since the Unix epoch.</summary>
    public void Advance(long watermark)
    {
        _watermark = watermark;
        if (_times is not null && _times.Max() <= watermark) _times = null;
    }

    /// <summary>Saves the times that are later than the watermark.</summary>
    public void Save(StepCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        for (var shard = 0; shard < _times?.Length; shard++)
        {
            if (_times[shard] > _watermark) checkpoint.SaveWatermarkOfShard(shard, _times[shard], _part);
        }
    }
}
