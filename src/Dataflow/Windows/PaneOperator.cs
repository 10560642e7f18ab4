using Dataflow.Combining;
using Dataflow.State;

namespace Dataflow.Windows;

/// <summary>Aggregates records into panes and, when the watermark passes a window's end, merges its panes into results.</summary>
internal sealed class PaneOperator<TKey, T, TAccumulator, TResult, TOut>(
    AlignedWindows windows,
    Aggregation<T, TAccumulator, TResult> aggregation,
    Func<TKey, Window, TResult, TOut> result)
    : WindowOperator<TKey, T, TAccumulator, TResult, TOut>(aggregation, result), ITakesParts<TKey, T, TAccumulator>
    where TKey : notnull
{
    private NamespacedState<TKey, TAccumulator> _panes = null!;
    private Pane _pane;
    private Pane _paneBefore; // disorder at a pane's bounds goes to and fro between two
    private readonly HashSet<TKey> _failed = []; // keys whose panes cannot be merged for the window that fires
    private Window _firing;
    private long _nextEnd = long.MinValue; // for others to see

    public override long OpenWindows => _panes.Tables.Count;

    public override long? NextEndMs => Volatile.Read(ref _nextEnd) is > long.MinValue and var end ? end : null;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (!_pane.Holds(record.Timestamp)) SwitchPane(record.Timestamp);
        ref var accumulator = ref _pane.Keys.Update(record.Value.Key, out var exists);
        if (!TryAdd(ref accumulator, !exists, in record) && !exists) _pane.Keys.Remove(record.Value.Key);
    }

    public void Take(TKey key, in Part<T, TAccumulator> part, long newest)
    {
        if (!_pane.Holds(newest)) SwitchPane(newest);
        ref var accumulator = ref _pane.Keys.Update(key, out var exists);
        if (exists) Merge(ref accumulator, part.Accumulator);
        else accumulator = part.Accumulator;
    }

    protected override void Open()
    {
        base.Open();
        _panes = Context.OpenTables<TKey, TAccumulator>("panes", KeyCodec<TKey>.Default);
    }

    internal override void Publish() => Volatile.Write(ref _nextEnd, NextEnd(Watermark) ?? long.MinValue);

    protected override void Close(long watermark)
    {
        var firedUpTo = Watermark;
        while (NextEnd(firedUpTo) is { } end && end <= watermark)
        {
            foreach (var window in windows.EndingAt(end)) Fire(window);
            firedUpTo = end;
            DropPanesBefore(windows.FirstStartEndingAfter(end));
        }
    }

    private void SwitchPane(long timestamp)
    {
        (_pane, _paneBefore) = (_paneBefore, _pane);
        if (_pane.Holds(timestamp)) return;
        var bounds = windows.PaneOf(timestamp);
        _pane = new(bounds, _panes.Open(bounds.StartMs));
    }

    /// <summary>The end of the earliest window that may have records and was not fired.</summary>
    private long? NextEnd(long firedUpTo)
    {
        foreach (var paneStart in _panes.Tables.Keys) return windows.FirstEndAfter(Math.Max(paneStart, firedUpTo));
        return null;
    }

    private void Fire(Window window)
    {
        _firing = window;
        Merged()?.ForEach(this, static (self, key, ref accumulator)
            => self.EmitResult(key, self._firing, in accumulator, self._firing.EndMs - 1));
    }

    /// <summary>The window's only pane as it is, or all its panes merged; null if it has none.</summary>
    private KeyedState<TKey, TAccumulator>? Merged()
    {
        var panes = _panes.Tables.TakeWhile(pane => pane.Key < _firing.EndMs).Where(pane => pane.Key >= _firing.StartMs).ToList();
        if (panes.Count <= 1) return panes.Count == 0 ? null : panes[0].Value;
        _failed.Clear();
        var grows = windows.Grow && !MergesWithCare;
        var merged = grows ? panes[0].Value : _panes.OpenScratch();
        foreach (var (start, pane) in panes)
        {
            if (pane == merged) continue;
            pane.ForEach((this, merged), static (to, key, ref accumulator) => to.Item1.MergeInto(to.merged, key, in accumulator));
            if (grows) _panes.Drop(start);
        }

        return merged;
    }

    private void MergeInto(KeyedState<TKey, TAccumulator> table, TKey key, in TAccumulator accumulator)
    {
        if (_failed.Count > 0 && _failed.Contains(key)) return;
        ref var merged = ref table.Update(key, out var exists);
        try
        {
            if (!exists) merged = Create();
            Merge(ref merged, in accumulator);
        }
        catch (OperatorException error)
        {
            Reject(error, _firing);
            table.Remove(key);
            _failed.Add(key);
        }
    }

    private void DropPanesBefore(long start)
    {
        foreach (var pane in _panes.Tables.Keys.TakeWhile(pane => pane < start).ToList()) _panes.Drop(pane);
        _pane = _paneBefore = default;
    }

    private readonly record struct Pane(Window Bounds, KeyedState<TKey, TAccumulator> Keys)
    {
        public bool Holds(long timestamp) => Bounds.Holds(timestamp);
    }
}
