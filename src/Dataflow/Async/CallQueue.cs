using Dataflow.Time;

namespace Dataflow.Async;

/// <summary>The calls of a step in the order of the input, with the watermarks between them.</summary>
/// <remarks>A result is emitted when neither a watermark nor a record that its order puts first is before it; a watermark when no record is
/// before it. Apache Flink's async operators do the same.</remarks>
internal sealed class CallQueue<TIn, TResult>(ResultOrder<TIn, TResult> order)
{
    private readonly Stack<AsyncCall<TIn, TResult>> _free = new();
    private AsyncCall<TIn, TResult>? _last;
    private long _firstSegment;
    private long _lastSegment;

    /// <summary>The number of records in the queue.</summary>
    public int Count { get; private set; }

    public bool IsEmpty => First is null;

    /// <summary>The first element, from which <see cref="AsyncCall{TIn, TResult}.Next"/> leads to all others.</summary>
    public AsyncCall<TIn, TResult>? First { get; private set; }

    /// <param name="record">The record.</param>
    /// <param name="time">The last time before it.</param>
    public AsyncCall<TIn, TResult> Add(in Record<TIn> record, InputTime time)
    {
        var call = Append(time);
        call.IsRecord = true;
        call.Record = record.Keep();
        Count++;
        if (order.Enter(call) is { } before)
        {
            before.Follower = call;
            call.IsBehind = true;
        }

        return call;
    }

    public void Add(InputTime time)
    {
        if (_last is { IsRecord: false })
        {
            _last.Time = time;
            return;
        }

        Append(time);
        _lastSegment++;
    }

    public bool MayGo(AsyncCall<TIn, TResult> call) => call.IsCompleted && !call.IsBehind && call.Segment == _firstSegment;

    /// <summary>Removes a record; returns the one that waited for it, or null.</summary>
    public AsyncCall<TIn, TResult>? Remove(AsyncCall<TIn, TResult> call)
    {
        var follower = call.Follower;
        order.Leave(call);
        if (follower is not null) follower.IsBehind = false;
        Count--;
        Unlink(call);
        return follower;
    }

    /// <summary>Removes the time that is first in the queue.</summary>
    public void RemoveTime()
    {
        _firstSegment++;
        Unlink(First!);
    }

    /// <summary>Finds the calls that the last time held back and whose results may be emitted now.</summary>
    public void FindReady(Queue<AsyncCall<TIn, TResult>> ready)
    {
        for (var call = First; call is { IsRecord: true }; call = call.Next)
        {
            if (MayGo(call)) ready.Enqueue(call);
        }
    }

    private AsyncCall<TIn, TResult> Append(InputTime time)
    {
        if (!_free.TryPop(out var call)) call = new AsyncCall<TIn, TResult>();
        call.Time = time;
        call.Segment = _lastSegment;
        call.Previous = _last;
        if (_last is null) First = call;
        else _last.Next = call;
        _last = call;
        return call;
    }

    private void Unlink(AsyncCall<TIn, TResult> call)
    {
        if (call.Previous is null) First = call.Next;
        else call.Previous.Next = call.Next;
        if (call.Next is null) _last = call.Previous;
        else call.Next.Previous = call.Previous;
        call.Reset();
        _free.Push(call);
    }
}
