using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow.Windows;

/// <summary>Aggregates records into panes and, when the watermark passes a window's end, merges its panes into results.</summary>
internal sealed class AggregateOperator<TKey, T, TAccumulator, TResult, TOut>(
    WindowSpec windows,
    Aggregation<T, TAccumulator, TResult> aggregation,
    Func<TKey, Window, TResult, TOut> result)
    : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private NamespacedState<TKey, TAccumulator> _panes = null!;
    private KeyedState<TKey, TAccumulator>? _pane;
    private long _paneStart;
    private long _firedUpTo = long.MinValue;
    private Window _firing;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (_pane is null || (ulong)(record.Timestamp - _paneStart) >= (ulong)windows.PaneMs) SwitchPane(record.Timestamp);
        ref var accumulator = ref _pane!.Update(record.Value.Key, out var exists);
        try
        {
            if (!exists) accumulator = aggregation.Create();
            aggregation.Add(ref accumulator, record.Value.Value);
        }
        catch (Exception error)
        {
            Reject(error, in record);
        }
    }

    public override void Advance(long watermark)
    {
        while (NextEnd() is { } end && end <= watermark) Fire(end);
        _firedUpTo = Math.Max(_firedUpTo, watermark);
        base.Advance(watermark);
    }

    internal override void Capture(TaskCheckpoint checkpoint) => checkpoint.SaveWatermark(Context.Name, _firedUpTo);

    protected override void Open()
    {
        _panes = Context.OpenTables<TKey, TAccumulator>("panes", KeyCodec<TKey>.Default);
        _firedUpTo = Context.SavedWatermark();
    }

    private void SwitchPane(long timestamp)
    {
        _paneStart = windows.PaneOf(timestamp);
        _pane = _panes.Open(_paneStart);
    }

    /// <summary>The end of the earliest window that has records and was not fired.</summary>
    private long? NextEnd()
    {
        foreach (var paneStart in _panes.Tables.Keys) return windows.FirstEndAfter(paneStart, _firedUpTo);
        return null;
    }

    private void Fire(long end)
    {
        _firing = new Window(end - windows.SizeMs, end);
        Merged().ForEach(this, static (self, key, ref accumulator) => self.EmitResult(key, ref accumulator));
        _firedUpTo = end;
        DropPanesBefore(end - windows.SizeMs + windows.EveryMs);
    }

    private KeyedState<TKey, TAccumulator> Merged()
    {
        try
        {
            return MergePanes();
        }
        catch (Exception error)
        {
            throw Context.Fail(error, default);
        }
    }

    /// <summary>The window's only pane as it is, or all its panes merged.</summary>
    private KeyedState<TKey, TAccumulator> MergePanes()
    {
        var panes = _panes.Tables.Where(pane => pane.Key >= _firing.StartMs && pane.Key < _firing.EndMs)
            .Select(pane => pane.Value).ToList();
        if (panes.Count == 1) return panes[0];
        var merged = _panes.OpenScratch();
        foreach (var pane in panes) pane.ForEach((merged, aggregation), Merge);
        return merged;
    }

    private static void Merge(
        (KeyedState<TKey, TAccumulator> Into, Aggregation<T, TAccumulator, TResult> Aggregation) to,
        TKey key,
        ref TAccumulator accumulator)
    {
        ref var merged = ref to.Into.Update(key, out var exists);
        if (!exists) merged = to.Aggregation.Create();
        to.Aggregation.Merge(ref merged, in accumulator);
    }

    private void EmitResult(TKey key, ref TAccumulator accumulator)
    {
        TOut value;
        try
        {
            value = result(key, _firing, aggregation.Result(in accumulator));
        }
        catch (Exception error)
        {
            throw Context.Fail(error, default);
        }

        Emit(new Record<Keyed<TKey, TOut>>(new(key, value), _firing.EndMs - 1, default));
    }

    private void DropPanesBefore(long start)
    {
        foreach (var pane in _panes.Tables.Keys.TakeWhile(pane => pane < start).ToList()) _panes.Drop(pane);
        _pane = null;
    }
}
