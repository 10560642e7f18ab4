namespace Dataflow;

/// <summary>A cache of the rows that a job has looked up, evicting the least recently used, and of the calls in flight: one for each key.
/// Safe for any thread.</summary>
internal sealed class LookupCache<TKey, TRow>(LookupOptions options, TimeProvider time) : IAsyncDisposable
    where TKey : notnull
    where TRow : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new(); // without the calls in flight

    /// <summary>Whether a key's row is cached or being looked up.</summary>
    public bool Has(TKey key)
    {
        lock (_gate) return Find(key) is not null;
    }

    /// <summary>Returns the row of a key: cached, from a call in flight, or from a new call.</summary>
    /// <param name="key">The key.</param>
    /// <param name="find">Makes the call; not under the lock.</param>
    /// <param name="isCall">Whether a call was made.</param>
    /// <param name="cancellationToken">Passed to the call; others may wait for it too, and fail with it.</param>
    public Task<TRow?> FindAsync(
        TKey key, Func<TKey, CancellationToken, Task<TRow?>> find, out bool isCall, CancellationToken cancellationToken)
    {
        LinkedListNode<Entry> node;
        lock (_gate)
        {
            isCall = false;
            if (Find(key) is { } found)
            {
                Touch(found);
                return found.Value.Row.Task;
            }

            isCall = true;
            _entries[key] = node = new(new Entry(key, time.GetTimestamp()));
        }

        _ = CallAsync(node, find, cancellationToken);
        return node.Value.Row.Task;
    }

    public ValueTask DisposeAsync() => default;

    private async Task CallAsync(
        LinkedListNode<Entry> node, Func<TKey, CancellationToken, Task<TRow?>> find, CancellationToken cancellationToken)
    {
        var entry = node.Value;
        try
        {
            var call = find(entry.Key, cancellationToken) ?? throw new InvalidOperationException("It returned no task.");
            var row = await call.WaitAsync(cancellationToken).ConfigureAwait(false);
            Keep(node, row is not null || options.CachesMisses);
            entry.Row.SetResult(row);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Keep(node, false);
            entry.Row.SetException(new TimeoutException($"No answer came within {options.Calls.Timeout}."));
        }
        catch (Exception error)
        {
            Keep(node, false);
            entry.Row.SetException(error);
        }
    }

    private LinkedListNode<Entry>? Find(TKey key)
    {
        if (!_entries.TryGetValue(key, out var node)) return null;
        if (node.List is null || options.TimeToLive is not { } span || time.GetElapsedTime(node.Value.Since) < span) return node;
        Remove(node);
        return null;
    }

    private void Touch(LinkedListNode<Entry> node)
    {
        if (node.List is null) return; // in flight
        _byUse.Remove(node);
        _byUse.AddFirst(node);
    }

    private void Keep(LinkedListNode<Entry> node, bool isKept)
    {
        lock (_gate)
        {
            _byUse.AddFirst(node);
            if (!isKept) Remove(node);
            else if (_byUse.Count > options.CacheSize) Remove(_byUse.Last!);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
    }

    private sealed record Entry(TKey Key, long Since)
    {
        public TaskCompletionSource<TRow?> Row { get; } = new();
    }
}
