using System.Runtime.InteropServices;
using Dataflow.State;

namespace Dataflow.Windows;

/// <summary>Gathers the records of each key into sessions and hands them out when the watermark has passed their ends.</summary>
internal sealed class SessionOperator<TKey, T, TAccumulator, TResult, TOut>(
    SessionWindows windows,
    int windowNodeId,
    Aggregation<T, TAccumulator, TResult> aggregation,
    Func<TKey, Window, TResult, TOut> result)
    : WindowOperator<TKey, T, TAccumulator, TResult, TOut>(aggregation, result)
    where TKey : notnull
{
    private readonly DueKeys<TKey> _due = new();
    private SessionState<TKey, TAccumulator> _sessions = null!;
    private LateFilter<Keyed<TKey, T>> _filter = null!;

    public override long OpenWindows => _sessions.Count;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var key = record.Value.Key;
        ref var newest = ref _sessions.Newest(key, out var exists);
        if (!exists)
        {
            if (IsLate(in record) || !TryBegin(in record, out newest)) _sessions.Forget(key);
            else Watch(key, ref newest, newest.Last);
        }
        else if (record.Timestamp < newest.First)
        {
            AddBefore(in record);
        }
        else if (record.Timestamp - newest.Last > windows.GapMs)
        {
            if (TryBegin(in record, out var session)) _sessions.AddNewest(key, session);
        }
        else if (TryAdd(ref newest.Value, isNew: false, in record) && record.Timestamp > newest.Last)
        {
            newest.Last = record.Timestamp;
        }
    }

    protected override void Open()
    {
        base.Open();
        _sessions = new SessionState<TKey, TAccumulator>(Context);
        _filter = Context.Task.Find<LateFilter<Keyed<TKey, T>>>(windowNodeId);
    }

    protected override void Close(long watermark)
    {
        _due.FillFrom(_sessions.ByKey);
        while (_due.TryTake(watermark, out var key, out var due))
        {
            // Most keys have lived on since they were noted; they are noted anew.
            if (_sessions.DueOf(key) == due) Close(key, watermark);
        }
    }

    private void Close(TKey key, long watermark)
    {
        var sessions = _sessions.Load(key);
        var closed = sessions.Count;
        while (closed > 0 && windows.IsOver(sessions[closed - 1].Last, watermark)) closed--;
        _sessions.RemoveFrom(closed);
        if (closed > 0) Watch(key, ref _sessions.Newest(key, out _), sessions[closed - 1].Last);
        for (var i = sessions.Count - 1; i >= closed; i--)
        {
            var session = sessions[i];
            var window = windows.Of(in session);
            EmitResult(key, window, in session.Value, window.EndMs);
        }
    }

    private bool IsLate(in Record<Keyed<TKey, T>> record)
    {
        if (!windows.IsOver(record.Timestamp, Watermark)) return false;
        _filter.RejectLate(in record);
        return true;
    }

    private bool TryBegin(in Record<Keyed<TKey, T>> record, out OpenWindow<TAccumulator> session)
    {
        session = new() { First = record.Timestamp, Last = record.Timestamp, Next = SessionState.None, Due = long.MaxValue };
        return TryAdd(ref session.Value, isNew: true, in record);
    }

    /// <summary>The record lies before the newest session: it begins another one, or lengthens or joins those that it touches.</summary>
    private void AddBefore(in Record<Keyed<TKey, T>> record)
    {
        var key = record.Value.Key;
        var sessions = _sessions.Load(key);
        var (first, count) = Touched(sessions, record.Timestamp);
        if (count == 0 && IsLate(in record)) return;
        if (!TryBegin(in record, out var session)) return;

        if (count > 0) Join(ref session, after: sessions[first]);
        if (count > 1)
        {
            var older = sessions[first + 1];
            Join(ref older, after: session);
            session = older;
        }

        _sessions.Replace(first, count, session);
        ref var newest = ref _sessions.Newest(key, out _);
        if (windows.DueOf(session.Last) < newest.Due) Watch(key, ref newest, session.Last);
    }

    /// <summary>The sessions, at most two and side by side, that a record touches; where it would lie if there are none.</summary>
    private (int First, int Count) Touched(List<OpenWindow<TAccumulator>> sessions, long time)
    {
        var first = 0;
        while (first < sessions.Count && sessions[first].First - time > windows.GapMs) first++;
        var count = 0;
        while (first + count < sessions.Count && time - sessions[first + count].Last <= windows.GapMs) count++;
        return (first, count);
    }

    private void Join(ref OpenWindow<TAccumulator> session, OpenWindow<TAccumulator> after)
    {
        Merge(ref session.Value, in after.Value);
        session.First = Math.Min(session.First, after.First);
        session.Last = Math.Max(session.Last, after.Last);
    }

    /// <summary>Notes when to look at a key's sessions again: when the one that ends first may be over.</summary>
    private void Watch(TKey key, ref OpenWindow<TAccumulator> newest, long last)
    {
        newest.Due = windows.DueOf(last);
        _due.Add(key, newest.Due);
    }
}
