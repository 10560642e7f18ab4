using System.Runtime.InteropServices;

namespace Dataflow.Async;

/// <summary>Decides which results wait for which.</summary>
internal abstract class ResultOrder<TIn, TResult>
{
    /// <summary>Adds a new call to its line; returns the one in front of it, or null.</summary>
    public abstract AsyncCall<TIn, TResult>? Enter(AsyncCall<TIn, TResult> call);

    /// <summary>Called when the first call of a line leaves.</summary>
    public abstract void Leave(AsyncCall<TIn, TResult> call);
}

/// <summary>Each result waits for the one before.</summary>
internal sealed class InputOrder<TIn, TResult> : ResultOrder<TIn, TResult>
{
    private AsyncCall<TIn, TResult>? _last;

    public override AsyncCall<TIn, TResult>? Enter(AsyncCall<TIn, TResult> call)
    {
        var last = _last;
        _last = call;
        return last;
    }

    public override void Leave(AsyncCall<TIn, TResult> call)
    {
        if (_last == call) _last = null;
    }
}

/// <summary>Each result waits for the one before of the same key.</summary>
internal sealed class KeyOrder<TKey, T, TResult> : ResultOrder<Keyed<TKey, T>, TResult>
    where TKey : notnull
{
    private readonly Dictionary<TKey, AsyncCall<Keyed<TKey, T>, TResult>> _lastOf = [];

    public override AsyncCall<Keyed<TKey, T>, TResult>? Enter(AsyncCall<Keyed<TKey, T>, TResult> call)
    {
        ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(_lastOf, call.Record.Value.Key, out _);
        var before = last;
        last = call;
        return before;
    }

    public override void Leave(AsyncCall<Keyed<TKey, T>, TResult> call)
    {
        if (call.Follower is null) _lastOf.Remove(call.Record.Value.Key);
    }
}

/// <summary>No result waits for another.</summary>
internal sealed class AnyOrder<TIn, TResult> : ResultOrder<TIn, TResult>
{
    public override AsyncCall<TIn, TResult>? Enter(AsyncCall<TIn, TResult> call) => null;

    public override void Leave(AsyncCall<TIn, TResult> call)
    {
    }
}
