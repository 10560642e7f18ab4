using System.Numerics;

namespace Dataflow.Windows;

/// <summary>Aggregates windows of a number of records per key. Overlapping windows share panes.</summary>
internal sealed class CountOperator<TKey, T, TAccumulator, TResult, TOut>(
    CountWindows windows,
    WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
    : WindowOperator<TKey, T, TAccumulator, TResult, TOut>(aggregate)
    where TKey : notnull
{
    private readonly int _paneRecords = (int)BigInteger.GreatestCommonDivisor(windows.Records, windows.Every);
    private KeyedState<TKey, OpenWindow<TAccumulator>> _panes = null!; // the pane being filled, by key
    private KeyedState<KeyPart<TKey>, OpenWindow<TAccumulator>> _full = null!; // by number; the filling one's is its Next

    protected override long OpenWindows => _panes.Count;

    private int PanesInWindow => windows.Records / _paneRecords;

    private int PanesInStep => windows.Every / _paneRecords;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var key = record.Value.Key;
        ref var pane = ref _panes.Update(key, out var exists);
        var isNew = pane.Pending == 0;
        if (!TryAdd(ref pane.Value, isNew, in record))
        {
            if (!exists) _panes.Remove(key);
            return;
        }

        if (isNew) pane.First = pane.Last = record.Timestamp;
        else pane.Widen(record.Timestamp);
        if (++pane.Pending == _paneRecords) Complete(key, pane);
    }

    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        _panes = declare.State<TKey, OpenWindow<TAccumulator>>("panes");
        _full = declare.State<KeyPart<TKey>, OpenWindow<TAccumulator>>("full-panes");
    }

    protected override void Close(long watermark)
    {
        if (watermark != long.MaxValue) return;
        var keys = new List<TKey>(_panes.Count);
        _panes.ForEach(keys, static (keys, key, in _) => keys.Add(key));
        foreach (var key in keys) CloseLast(key);
    }

    private void Complete(TKey key, OpenWindow<TAccumulator> pane)
    {
        if (PanesInWindow == 1)
        {
            _panes.Remove(key);
            Emit(key, in pane);
            return;
        }

        _full.Update(new(key, pane.Next), out _) = pane;
        var end = pane.Next + 1;
        _panes.Update(key, out _) = new() { Next = end };
        if (end % PanesInStep == 0) Fire(key, end);
    }

    /// <summary>Emits the window that ends before a pane, and removes the panes that no later window needs.</summary>
    private void Fire(TKey key, long end)
    {
        var start = Math.Max(0, end - PanesInWindow);
        OpenWindow<TAccumulator> window = new() { First = long.MaxValue, Last = long.MinValue };
        OperatorException? failure = null;
        try
        {
            window.Value = Create();
            for (var number = start; number < end; number++) Merge(ref window, new(key, number));
        }
        catch (OperatorException error)
        {
            failure = error;
        }

        for (var number = start; number < end - PanesInWindow + PanesInStep; number++) _full.Remove(new(key, number));
        if (failure is null) Emit(key, in window);
        else Reject(failure, new Window(window.First, window.Last + 1).ToString());
    }

    private void Merge(ref OpenWindow<TAccumulator> window, KeyPart<TKey> number)
    {
        if (!_full.TryGet(number, out var pane)) return;
        window.Widen(pane.First);
        window.Widen(pane.Last);
        Merge(ref window.Value, in pane.Value);
    }

    /// <summary>Emits the records since the key's last window as a shorter last window.</summary>
    private void CloseLast(TKey key)
    {
        _panes.TryGet(key, out var pane);
        _panes.Remove(key);
        if (PanesInWindow == 1)
        {
            Emit(key, in pane);
            return;
        }

        var isNewer = pane.Pending > 0;
        if (isNewer) _full.Update(new(key, pane.Next), out _) = pane;
        var panes = pane.Next + (isNewer ? 1 : 0);
        if (panes % PanesInStep != 0 || isNewer) Fire(key, (panes + PanesInStep - 1) / PanesInStep * PanesInStep);
    }

    private void Emit(TKey key, in OpenWindow<TAccumulator> window)
        => EmitResult(key, new(window.First, window.Last + 1), in window.Value, Math.Max(window.Last, Times.Of(key)));
}
