using Dataflow;

namespace Stranger.Windows;

internal static class OverlapStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Counts in windows that overlap: each is so many panes long, and one begins with each pane.</summary>
        public KeyedStream<TKey, (long End, long Count)> CountOverlapping(TimeSpan pane, int panes, string name = "overlap")
            => stream.Add(input => new OverlapNode<TKey, T>(name, input, (long)pane.TotalMilliseconds, panes));
    }
}

internal sealed record OverlapNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, long PaneMs, int Panes)
    : Node<Keyed<TKey, T>, Keyed<TKey, (long End, long Count)>>(Name, Input)
    where TKey : notnull
{
    public override string StateSignature => $"{Panes} panes of {PaneMs} ms";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, (long End, long Count)>> CreateOperator()
        => new OverlapOperator<TKey, T>(PaneMs, Panes * PaneMs);
}

internal sealed class OverlapOperator<TKey, T>(long paneMs, long lengthMs) : Operator<Keyed<TKey, T>, Keyed<TKey, (long End, long Count)>>
    where TKey : notnull
{
    private NamespacedState<TKey, long> _panes = null!; // by their start
    private KeyTimes<TKey> _times = null!;

    /// <summary>The end of the next window that has records.</summary>
    private long? NextEnd(long after) => _panes.Tables.Count == 0 ? null : PaneOf(Math.Max(after, _panes.Tables.Keys.First())) + paneMs;

    public override void Process(in Record<Keyed<TKey, T>> record)
        => _panes.Open(PaneOf(record.Timestamp)).Update(record.Value.Key, out _)++;

    public override void Advance(long watermark)
    {
        for (var after = _times.Watermark; NextEnd(after) is { } end && end <= watermark; after = end) Close(end);
        _times.Advance(watermark);
        base.Advance(watermark);
    }

    protected override void Declare(StepDeclaration declare)
    {
        _panes = declare.NamespacedState<TKey, long>("panes");
        _times = declare.KeyTimes<TKey>();
    }

    private long PaneOf(long moment) => moment - (moment % paneMs);

    private void Close(long end)
    {
        var counts = new SortedDictionary<TKey, long>();
        foreach (var (_, pane) in _panes.Tables.TakeWhile(pane => pane.Key < end))
            pane.ForEach((key, count) => counts[key] = counts.GetValueOrDefault(key) + count);
        foreach (var (key, count) in counts)
        {
            // The process that the key came from may have given it, and still has had some of the panes.
            if (end > _times.Of(key)) Emit(new(new(key, (end, count)), end - 1, default));
        }

        foreach (var start in _panes.Tables.Keys.TakeWhile(start => start <= end - lengthMs).ToList()) _panes.Drop(start);
    }
}
