namespace Dataflow.Windows;

/// <summary>Aggregates records into panes and, when the watermark passes a window's end, merges its panes into results.</summary>
internal sealed class PaneOperator<TKey, T, TAccumulator, TResult, TOut>(
    AlignedWindows windows,
    WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
    : WindowOperator<TKey, T, TAccumulator, TResult, TOut>(aggregate), ITakesParts<TKey, TAccumulator>,
        IPrefetches<Keyed<TKey, T>>
    where TKey : notnull
{
    private NamespacedState<TKey, TAccumulator> _panes = null!;
    // in quiet: by a window's end; the part is its start
    private NamespacedState<KeyPart<TKey>, (int Firings, bool IsChanged)> _given = null!;
    private KeyedState<KeyPart<TKey>, (int Firings, bool IsChanged)>? _givenBefore; // of the window being fired
    private Pane _pane;
    private Pane _paneBefore; // disorder at a pane's bounds alternates between two
    private readonly HashSet<TKey> _failed = []; // keys whose panes cannot be merged for the window being fired
    private Window _firing;

    protected override long OpenWindows => _panes.Tables.Count;

    protected override long? NextEndMs => NextEnd(Watermark);

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (!_pane.Holds(record.Timestamp)) SwitchPane(record.Timestamp);
        ref var accumulator = ref _pane.Keys.Update(record.Value.Key, out var exists);
        if (!TryAdd(ref accumulator, !exists, in record))
        {
            if (!exists) _pane.Keys.Remove(record.Value.Key);
            return;
        }

        if (record.Timestamp < Watched) Change(record.Value.Key);
    }

    public bool Prefetch(in Record<Keyed<TKey, T>> record)
    {
        var pane = _pane.Holds(record.Timestamp) ? _pane : _paneBefore;
        return pane.Holds(record.Timestamp) && pane.Keys.Prefetch(record.ValueRef().Key);
    }

    public void TakePart(TKey key, in TAccumulator part, long count, long newest)
    {
        if (!_pane.Holds(newest)) SwitchPane(newest);
        ref var accumulator = ref _pane.Keys.Update(key, out var exists);
        if (exists) Merge(ref accumulator, in part);
        else accumulator = part;
        if (newest < Watched) Change(key);
    }

    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        _panes = declare.NamespacedState<TKey, TAccumulator>("panes");
        _given = declare.NamespacedState<KeyPart<TKey>, (int, bool)>("given");
    }

    protected override void Close(long watermark)
    {
        var firedUpTo = Watermark;
        while (NextEnd(firedUpTo) is { } end && end <= watermark)
        {
            foreach (var window in windows.EndingAt(end)) Fire(window, Firing.OnTime);
            firedUpTo = end;
            DropPanesBefore(windows.FirstStartEndingAfter(end));
            _given.Drop(end);
        }
    }

    protected override void LookAtQuiet(long quiet, long from)
    {
        if (NextEnd(from) is not { } end || end > quiet) return;
        var (newestPane, given) = (_panes.Tables.Keys.Last(), long.MinValue);
        for (; end <= quiet && windows.FirstStartEndingAfter(end - 1) <= newestPane; end = windows.FirstEndAfter(end))
        {
            foreach (var window in windows.EndingAt(end))
            {
                if (Fire(window, Firing.Quiet)) given = end;
            }
        }

        Looked(quiet, given);
    }

    /// <summary>Marks a key's windows as changed that may have been emitted while all input was idle.</summary>
    private void Change(TKey key)
    {
        Touch();
        foreach (var window in windows.HoldersOf(_pane.Bounds).TakeWhile(window => window.EndMs <= QuietUpTo))
        {
            if (!_given.Tables.TryGetValue(window.EndMs, out var keys)) continue;
            if (keys.TryGet(new(key, window.StartMs), out var given))
                keys.Update(new(key, window.StartMs), out _) = given with { IsChanged = true };
        }
    }

    private void SwitchPane(long timestamp)
    {
        (_pane, _paneBefore) = (_paneBefore, _pane);
        if (_pane.Holds(timestamp)) return;
        var bounds = windows.PaneOf(timestamp);
        _pane = new(bounds, _panes.Open(bounds.StartMs));
    }

    /// <summary>The end of the earliest window that may have records and has not fired.</summary>
    private long? NextEnd(long firedUpTo)
    {
        foreach (var paneStart in _panes.Tables.Keys) return windows.FirstEndAfter(Math.Max(paneStart, firedUpTo));
        return null;
    }

    /// <summary>Emits a window's results; false if it has no records.</summary>
    private bool Fire(Window window, Firing firing)
    {
        _firing = window with { Firing = firing };
        _givenBefore = _given.Tables.GetValueOrDefault(window.EndMs);
        if (Merged() is not { } keys) return false;
        keys.ForEach(this, static (self, key, in accumulator) => self.Give(key, in accumulator));
        return true;
    }

    private void Give(TKey key, in TAccumulator accumulator)
    {
        var window = _firing;
        if (window.EndMs <= Times.Of(key)) return; // it was given before the key came here: its earlier panes are gone
        if (_givenBefore is not null && _givenBefore.TryGet(new(key, window.StartMs), out var given))
        {
            if (!given.IsChanged) return;
            window = window with { FiringIndex = given.Firings };
        }

        EmitResult(key, window, in accumulator, window.EndMs - 1);
        if (window.Firing == Firing.Quiet)
            _given.Open(window.EndMs).Update(new(key, window.StartMs), out _) = (window.FiringIndex + 1, false);
    }

    /// <summary>Returns the window's only pane as it is, or all its panes merged; null if it has none.</summary>
    private KeyedState<TKey, TAccumulator>? Merged()
    {
        var panes = _panes.Tables.TakeWhile(pane => pane.Key < _firing.EndMs).Where(pane => pane.Key >= _firing.StartMs).ToList();
        if (panes.Count <= 1) return panes.Count == 0 ? null : panes[0].Value;
        _failed.Clear();
        // Results that are not final leave the panes as they are: more records may come to them.
        var grows = windows.Grow && !MergesWithCare && _firing.Firing == Firing.OnTime;
        var merged = grows ? panes[0].Value : _panes.OpenScratch();
        foreach (var (start, pane) in panes)
        {
            if (pane == merged) continue;
            pane.ForEach((this, merged), static (to, key, in accumulator) => to.Item1.MergeInto(to.merged, key, in accumulator));
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
            Reject(error, _firing.ToString());
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
