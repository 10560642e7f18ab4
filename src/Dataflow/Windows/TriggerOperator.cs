using System.Runtime.InteropServices;

namespace Dataflow.Windows;

/// <summary>Aggregates each window on its own, so that a trigger can emit its results at any time.</summary>
internal sealed class TriggerOperator<TKey, T, TAccumulator, TResult, TOut>(
    AlignedWindows windows,
    WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
    : FiringOperator<TKey, T, TAccumulator, TResult, TOut>(aggregate)
    where TKey : notnull
{
    private readonly IReadOnlyList<AlignedWindows> _kinds = windows.Lengths;
    private readonly List<NamespacedState<TKey, OpenWindow<TAccumulator>>> _lengths = []; // of each kind, by end
    private readonly List<(Window Bounds, KeyedState<TKey, OpenWindow<TAccumulator>> Keys)> _targets = [];
    private readonly List<Intake<T, TAccumulator>> _intakes = []; // one for each window of a record
    private readonly List<TKey> _firing = [];
    private Window _pane;

    protected override long OpenWindows => _lengths.Sum(static length => (long)length.Tables.Count);

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (_targets.Count == 0 || !_pane.Holds(record.Timestamp) || !Times.AreOne)
            SwitchPane(record.Timestamp, ClosedOf(record.Value.Key));
        var isAdded = _targets.Count > 1 && Context.KeepsRejected;
        if (isAdded && !TryAddToAll(in record)) return;
        foreach (ref readonly var target in CollectionsMarshal.AsSpan(_targets))
        {
            ref var window = ref target.Keys.Update(record.Value.Key, out var exists);
            if (!isAdded && !TryAdd(ref window.Value, !exists, in record))
            {
                if (!exists) target.Keys.Remove(record.Value.Key);
                return;
            }

            window.Pending++;
            if (record.Timestamp < Watched) Touch();
            if (target.Bounds.EndMs <= Times.Of(record.Value.Key)) Fire(record.Value.Key, target.Bounds, Firing.Late, ref window);
            else if (IsEarlyDue(in window)) Fire(record.Value.Key, target.Bounds, Firing.Early, ref window);
        }
    }

    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        for (var i = 0; i < _kinds.Count; i++)
            _lengths.Add(declare.NamespacedState<TKey, OpenWindow<TAccumulator>>(i == 0 ? "windows" : $"windows-{i + 1}"));
    }

    protected override void Close(long watermark)
    {
        _targets.Clear();
        var firedUpTo = Watermark;
        foreach (var (bounds, keys) in Open(end => end > firedUpTo && end <= watermark)) FireAll(bounds, keys, Firing.OnTime);
        foreach (var length in _lengths)
        {
            foreach (var end in length.Tables.Keys.TakeWhile(end => end <= Trigger.Closed(watermark)).ToList()) length.Drop(end);
        }

        FireEarly(firedUpTo, watermark);
    }

    protected override void LookAtQuiet(long quiet, long from)
    {
        var given = long.MinValue;
        foreach (var (bounds, keys) in Open(end => end > from && end <= quiet))
        {
            FireAll(bounds, keys, Firing.Quiet);
            given = bounds.EndMs;
        }

        FireEarly(from, quiet);
        Looked(quiet, given);
    }

    private void FireEarly(long from, long to)
    {
        if (!IsEarlyDue(from, to)) return;
        foreach (var (bounds, keys) in Open(end => end > to)) FireAll(bounds, keys, Firing.Early);
    }

    /// <summary>Adds a record to each window that holds it or, if the user's code fails on it, to none.</summary>
    private bool TryAddToAll(in Record<Keyed<TKey, T>> record)
    {
        while (_intakes.Count < _targets.Count) _intakes.Add(OpenIntake()!);
        var added = 0;
        try
        {
            for (; added < _targets.Count; added++) AddTo(added, in record);
        }
        catch (Exception error)
        {
            Undo(added, record.Value.Key);
            Reject(error, in record);
            return false;
        }

        for (var i = 0; i < added; i++) _intakes[i].Commit(ref _targets[i].Keys.Update(record.Value.Key, out _).Value);
        return true;
    }

    private void AddTo(int target, in Record<Keyed<TKey, T>> record)
    {
        ref var window = ref _targets[target].Keys.Update(record.Value.Key, out var exists);
        if (!exists) window.Value = Create();
        _intakes[target].Add(ref window.Value, in record.ValueRef().ValueRef());
    }

    /// <summary>Undoes an addition to some windows, and removes those that are left empty, the failed one included.</summary>
    private void Undo(int added, TKey key)
    {
        for (var i = 0; i <= added; i++)
        {
            ref var window = ref _targets[i].Keys.Update(key, out _);
            if (window.Pending == 0 && window.Firings == 0) _targets[i].Keys.Remove(key);
            else if (i < added) _intakes[i].Undo(ref window.Value);
        }
    }

    private void SwitchPane(long timestamp, long closed)
    {
        _pane = windows.PaneOf(timestamp);
        _targets.Clear();
        for (var i = 0; i < _lengths.Count; i++)
        {
            foreach (var window in _kinds[i].HoldersOf(_pane))
            {
                if (window.EndMs > closed) _targets.Add((window, _lengths[i].Open(window.EndMs)));
            }
        }
    }

    /// <summary>The windows whose ends satisfy a condition, in the order of their ends.</summary>
    private List<(Window Bounds, KeyedState<TKey, OpenWindow<TAccumulator>> Keys)> Open(Func<long, bool> ends)
        => [.. _lengths.Index()
            .SelectMany(length => length.Item.Tables.Where(table => ends(table.Key)),
                (length, table) => (_kinds[length.Index].EndingAt(table.Key).Single(), table.Value))
            .OrderBy(static window => window.Item1.EndMs)];

    private void FireAll(Window bounds, KeyedState<TKey, OpenWindow<TAccumulator>> keys, Firing firing)
    {
        keys.ForEach((Self: this, bounds.EndMs), static (to, key, in _) =>
        {
            if (to.EndMs > to.Self.Times.Of(key)) to.Self._firing.Add(key);
        });
        foreach (var key in _firing) Fire(key, bounds, firing, ref keys.Update(key, out _));
        _firing.Clear();
    }

    private void Fire(TKey key, Window bounds, Firing firing, ref OpenWindow<TAccumulator> window)
        => Fire(key, bounds, firing, ref window, bounds.EndMs - 1, isGivenInQuiet: bounds.EndMs <= QuietUpTo);
}
