using System.Runtime.CompilerServices;

namespace Dataflow.Features.Panes;

/// <summary>The entities of one worker: adds events and removes data that no read needs any more.</summary>
/// <param name="entities">The state.</param>
/// <param name="layout">The layout of the state.</param>
internal sealed class EntityStore<TKey, T>(KeyedState<TKey, Entity<T>> entities, ViewLayout<T> layout)
    where TKey : notnull
{
    private const int MinRecent = 4;
    private const int MaxReadBytes = 2048; // the largest part of an entity's panes that is prefetched for a read: a cache holds several

    private static readonly Entity<T> s_unknown;

    private readonly long[] _neededFrom = [.. Enumerable.Repeat(long.MinValue, layout.Levels.Count)]; // by level
    private readonly long[] _neededSince = new long[layout.Levels.Count]; // by level, the time of _recentFrom that changed _neededFrom
    private readonly byte[] _before = new byte[layout.Shape.Bytes];
    private readonly Sweeper? _sweeper = layout.KnownForMs is { } life ? new(life) : null;
    private long _recentFrom = long.MinValue;
    private long _knownFrom = long.MinValue;
    private long _horizon = long.MinValue;

    public ViewLayout<T> Layout => layout;

    /// <summary>The number of entities that were removed.</summary>
    public long Forgotten { get; private set; }

    /// <summary>Sets the earliest time of later reads.</summary>
    public void MoveTo(long horizon)
    {
        if (horizon == _horizon) return;
        _horizon = horizon;
        _knownFrom = layout.KnownFrom(horizon);
        _recentFrom = layout.Levels.FinestFloor(horizon);
        for (var level = 0; level < _neededFrom.Length; level++)
        {
            var needed = layout.Levels.NeededFrom(level, horizon);
            if (needed != _neededFrom[level]) (_neededFrom[level], _neededSince[level]) = (needed, _recentFrom);
        }
    }

    /// <summary>Adds an event; false if it is so old that no read would see it.</summary>
    /// <remarks>Errors of the user's code pass through, and the event is not added.</remarks>
    public bool Take(in Record<Keyed<TKey, T>> record)
    {
        if (record.Timestamp < _knownFrom) return false;
        var key = record.ValueRef().Key;
        ref var entity = ref entities.Update(key, out var exists);
        Prefetch(in entity);
        try
        {
            if (!exists) Begin(ref entity);
            else if (entity.TrimmedTo < _recentFrom) Trim(ref entity);
            return Add(ref entity, record.Keep());
        }
        catch
        {
            if (!exists) entities.Remove(key);
            throw;
        }
    }

    /// <summary>Returns the state of an entity, possibly empty; valid until the next event.</summary>
    public ref readonly Entity<T> Find(TKey key) => ref entities.Find(key);

    /// <summary>Returns the state of an entity if it is known at a time, else an empty one: the same whether it was removed already or
    /// not.</summary>
    public ref readonly Entity<T> Find(TKey key, long at)
    {
        ref readonly var entity = ref entities.Find(key);
        return ref entity.IsKnown(layout.KnownFrom(at)) ? ref entity : ref s_unknown;
    }

    /// <summary>Visits all entities that are known at a time.</summary>
    public void ForEach(long at, Action<TKey, long, RecordOrigin> entity)
    {
        var from = layout.KnownFrom(at);
        entities.ForEach((key, found) =>
        {
            if (found.IsKnown(from)) entity(key, found.LatestTime, found.Position);
        });
    }

    /// <summary>Prefetches the memory in which an entity is found; false: there are so few that it is in a cache.</summary>
    public bool PrefetchPlace(TKey key) => entities.Prefetch(key);

    /// <summary>Prefetches the start of an entity's panes and events, which <see cref="Prefetch(TKey)"/> reads.</summary>
    public void PrefetchBeginnings(TKey key)
    {
        ref readonly var entity = ref entities.Find(key);
        Memory.Prefetch(entity.Panes.Bytes, 0, PaneTable.HeaderBytes);
        Memory.Prefetch(entity.Recent, 0, 1);
    }

    /// <summary>Prefetches all memory that a read of an entity will need: where there are many entities, little of it is in a
    /// cache.</summary>
    public void Prefetch(TKey key)
    {
        ref readonly var entity = ref entities.Find(key);
        Memory.Prefetch(entity.Panes.Bytes, PaneTable.HeaderBytes, Math.Min(WrittenPanes.Bytes + entity.Panes.Used.Length, MaxReadBytes));
        Memory.Prefetch(entity.Recent, 0, Math.Min(entity.RecentCount * Unsafe.SizeOf<KeptEvent<T>>(), MaxReadBytes));
    }

    /// <summary>Prefetches the memory that an event of an entity needs, which mostly goes into the newest panes.</summary>
    public void PrefetchForEvent(TKey key)
    {
        ref readonly var entity = ref entities.Find(key);
        Prefetch(in entity);
        var finest = layout.Shape.OffsetOf(layout.Shape.Levels + entity.Panes.CountOf(0)); // of which some are removed, mostly
        Memory.Prefetch(entity.Panes.Bytes, layout.Shape.OffsetOf(layout.Shape.Levels), Math.Min(finest, MaxReadBytes));
    }

    /// <summary>Removes entities that are no longer known: looks at some in turn, and now and then at all of them.</summary>
    /// <param name="watermark">The earliest time of later reads, apart from awaited ones.</param>
    /// <param name="isAwaited">Whether an entity will be read as of an earlier time.</param>
    public void Forget(long watermark, Predicate<TKey>? isAwaited)
    {
        if (_sweeper is null) return;
        var count = entities.Count;
        _sweeper.Step(
            entities,
            watermark,
            (KnownFrom: layout.KnownFrom(watermark), IsAwaited: isAwaited),
            static (now, key, ref readonly entity) => !entity.IsKnown(now.KnownFrom) && now.IsAwaited?.Invoke(key) != true);
        Forgotten += count - entities.Count;
    }

    private void Prefetch(in Entity<T> entity)
    {
        Memory.Prefetch(entity.Panes.Bytes, 0, layout.Shape.OffsetOf(layout.Shape.Levels));
        var end = entity.RecentCount * Unsafe.SizeOf<KeptEvent<T>>();
        Memory.Prefetch(entity.Recent, end, end + 1);
    }

    private void Begin(ref Entity<T> entity)
    {
        entity.TrimmedTo = _recentFrom;
        _sweeper?.Added();
    }

    private bool Add(ref Entity<T> entity, in Record<Keyed<TKey, T>> record)
    {
        var time = record.Timestamp;
        var isIn = false;
        for (var level = 0; level < _neededFrom.Length; level++)
        {
            var start = PaneLevels.Floor(time, layout.Levels.Hop(level));
            if (start < _neededFrom[level]) continue;
            AddToPane(ref entity, level, start, in record.ValueRef().ValueRef(), isFirst: !isIn);
            isIn = true;
        }

        var kept = new KeptEvent<T> { Exists = true, Time = time, Origin = record.Origin, Value = record.ValueRef().ValueRef() };
        if (time >= _recentFrom) AddRecent(ref entity, in kept);
        else if (kept.IsAfter(in entity.Latest)) entity.Latest = kept;
        else if (!isIn) return false;
        entity.Position = record.Origin;
        return true;
    }

    private void AddToPane(ref Entity<T> entity, int level, long start, in T value, bool isFirst)
    {
        var pane = entity.Panes.FindOrAdd(layout.Shape, level, start, out var isNew);
        if (isNew)
        {
            foreach (var aggregate in layout.Aggregates) aggregate.Create(in entity.Panes, pane);
        }

        if (isFirst) TryAdd(ref entity, level, start, pane, in value, isNew);
        else AddToAll(ref entity, level, start, pane, in value);
    }

    private void AddToAll(ref Entity<T> entity, int level, long start, int pane, in T value)
    {
        var aggregates = layout.Aggregates;
        for (var number = 0; number < aggregates.Length; number++)
        {
            try
            {
                for (; number < aggregates.Length; number++) aggregates[number].Add(in entity.Panes, pane, value);
            }
            catch (OverflowException) when (aggregates[number].Takes(value))
            {
                entity.Overflowed = [.. entity.Overflowed ?? [], new(level, start, number)];
                aggregates[number].Create(in entity.Panes, pane); // the next event would overflow it again
            }
        }
    }

    /// <summary>Adds a value to all aggregates or, where they are plain numbers, to none if the user's code throws.</summary>
    private void TryAdd(ref Entity<T> entity, int level, long start, int pane, in T value, bool isNew)
    {
        entity.Panes.Bytes.AsSpan(layout.Shape.OffsetOf(pane), layout.Shape.Bytes).CopyTo(_before);
        var overflowed = entity.Overflowed;
        try
        {
            AddToAll(ref entity, level, start, pane, in value);
        }
        catch
        {
            _before.CopyTo(entity.Panes.Bytes.AsSpan(layout.Shape.OffsetOf(pane)));
            entity.Overflowed = overflowed;
            if (isNew) entity.Panes.TakeBack(layout.Shape, level, pane);
            throw;
        }
    }

    private static void AddRecent(ref Entity<T> entity, in KeptEvent<T> kept)
    {
        if (entity.Recent is null) entity.Recent = new KeptEvent<T>[MinRecent];
        else if (entity.RecentCount == entity.Recent.Length) Array.Resize(ref entity.Recent, entity.RecentCount * 2);
        entity.Recent[entity.RecentCount++] = kept;
    }

    private void Trim(ref Entity<T> entity)
    {
        for (var level = 0; level < _neededFrom.Length; level++)
        {
            if (entity.TrimmedTo < _neededSince[level]) entity.Panes.RemoveBefore(layout.Shape, level, _neededFrom[level]);
        }

        entity.TrimmedTo = _recentFrom;
        if (entity.Overflowed is not null) entity.Overflowed = [.. entity.Overflowed.Where(pane => pane.Start >= _neededFrom[pane.Level])];
        var left = 0;
        foreach (ref var kept in entity.Recent.AsSpan(0, entity.RecentCount))
        {
            if (kept.Time >= _recentFrom) entity.Recent![left++] = kept;
            else if (kept.IsAfter(in entity.Latest)) entity.Latest = kept;
        }

        entity.Recent.AsSpan(left, entity.RecentCount - left).Clear();
        entity.RecentCount = left;
    }
}
