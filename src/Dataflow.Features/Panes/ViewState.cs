namespace Dataflow.Features.Panes;

/// <summary>The state of a running view on one worker: its entities, and since when it has had events.</summary>
internal sealed class ViewState<TKey, T>
    where TKey : notnull
{
    private const string HistoryPart = "history";

    private OperatorContext _context = null!; // set by Open, as the next
    private Func<long> _oldest = null!; // the oldest event time since the job started
    private readonly KeyTimes<TKey> _times;
    private readonly EntityStore<TKey, T> _entities;
    private readonly Foresight<TKey, T> _foresight;
    private readonly Reading<T> _reading; // for one reader at a time: the worker's thread, or the holder of its gate
    private readonly Predicate<TKey>? _isAwaited;
    private long _historyFrom = long.MaxValue; // of the last checkpoint

    /// <param name="declare">The step's declaration.</param>
    /// <param name="layout">The layout of the state.</param>
    /// <param name="isAwaited">Whether an entity will be read as of a time before the watermark.</param>
    public ViewState(StepDeclaration declare, ViewLayout<T> layout, Predicate<TKey>? isAwaited = null)
    {
        _isAwaited = isAwaited;
        _times = declare.KeyTimes<TKey>();
        _entities = new(declare.State<TKey, Entity<T>>("entities", parts: new EntityParts<T>(layout.Shape)), layout);
        _foresight = new(_entities);
        _reading = new(layout);
        declare.Gauge(CounterDefinition.Expired, () => _entities.Forgotten);
        declare.EventTime(() => Watermark);
    }

    /// <summary>Loads the state of the last checkpoint.</summary>
    /// <param name="context">The step's context.</param>
    /// <param name="events">The input with the events.</param>
    public void Open(OperatorContext context, Node events)
    {
        _context = context;
        _oldest = context.OldestTimeOf(events);
        _entities.MoveTo(Watermark);
        if (context.SavedWatermark(HistoryPart) is > long.MinValue and var from) _historyFrom = from;
    }

    public long Watermark => _times.Watermark;

    /// <summary>The number of events that came behind the watermark and were added all the same.</summary>
    public long TakenLate { get; private set; }

    /// <summary>Sets the earliest time of later reads.</summary>
    public void MoveTo(long watermark)
    {
        _times.Advance(watermark);
        _entities.MoveTo(Watermark);
        if (watermark < long.MaxValue) _entities.Forget(Watermark, _isAwaited); // entities at the end of the input stay
    }

    /// <summary>Limits how far back reads of the next entity may go, where that is before the watermark.</summary>
    public void KeepFrom(long horizon) => _entities.MoveTo(Math.Min(horizon, Watermark));

    /// <inheritdoc cref="KeyTimes{TKey}.IsLate"/>
    public bool IsLate(TKey key, long time) => _times.IsLate(key, time);

    /// <inheritdoc cref="Foresight{TKey, T}.Tell"/>
    public bool Foresee(TKey key) => _foresight.Tell(key);

    /// <inheritdoc cref="EntityStore{TKey, T}.Take"/>
    public bool Take(in Record<Keyed<TKey, T>> record)
    {
        _foresight.Take();
        if (!_entities.Take(in record)) return false;
        if (_times.IsLate(record.ValueRef().Key, record.Timestamp)) TakenLate++;
        return true;
    }

    /// <summary>Returns the origin of the last event of an entity: its split and position.</summary>
    public RecordOrigin PositionOf(TKey key) => _entities.Find(key).Position;

    /// <inheritdoc cref="EntityStore{TKey, T}.PrefetchPlace"/>
    public void PrefetchPlace(TKey key) => _entities.PrefetchPlace(key);

    /// <inheritdoc cref="EntityStore{TKey, T}.PrefetchBeginnings"/>
    public void PrefetchBeginnings(TKey key) => _entities.PrefetchBeginnings(key);

    /// <inheritdoc cref="EntityStore{TKey, T}.Prefetch(TKey)"/>
    public void Prefetch(TKey key) => _entities.Prefetch(key);

    /// <summary>Reads current features, as of the watermark's time or later.</summary>
    /// <param name="key">The entity.</param>
    /// <param name="at">The time; the watermark counts if that is later.</param>
    /// <param name="part">The features to read, and their places among the values.</param>
    /// <param name="values">The values to fill.</param>
    public FeaturePosition Read(TKey key, long at, ViewPart part, Span<FeatureValue> values)
    {
        var watermark = _times.Of(key);
        at = Math.Max(at, watermark);
        ref readonly var entity = ref _entities.Find(key, at);
        var position = new FeaturePosition(
            at,
            watermark,
            HistoryFrom,
            _context.SplitName(entity.Position),
            entity.Position.IsKnown ? entity.Position.Offset : -1);
        Read(in entity, in position, part, values);
        return position;
    }

    /// <summary>Visits all known entities, each with the time of its latest event and the event that came last.</summary>
    public void ForEach(Action<TKey, long, RecordOrigin> entity) => _entities.ForEach(Watermark, entity);

    /// <summary>Reads features as of an earlier answer.</summary>
    public void ReadAsKnown(TKey key, in FeaturePosition position, ViewPart part, Span<FeatureValue> values)
        => Read(in _entities.Find(key), in position, part, values);

    public void Capture(StepCheckpoint checkpoint)
    {
        if (HistoryFrom < long.MaxValue) checkpoint.SaveWatermark(HistoryFrom, HistoryPart);
    }

    private long HistoryFrom => Math.Min(_historyFrom, _oldest());

    private void Read(in Entity<T> entity, in FeaturePosition position, ViewPart part, Span<FeatureValue> values)
    {
        _reading.MoveTo(in entity, position.AtMs, position.WatermarkMs, position.HistoryFromMs);
        for (var i = 0; i < part.Features.Length; i++)
            _entities.Layout.Features[part.Features[i]].Read(_reading, out values[part.Slots[i]]);
    }
}

/// <summary>The part of a view that a service reads.</summary>
/// <param name="Number">The number of the part in the service.</param>
/// <param name="Features">The numbers of the features in the view.</param>
/// <param name="Slots">The place of each among the values of the service.</param>
internal sealed record ViewPart(int Number, int[] Features, int[] Slots);
