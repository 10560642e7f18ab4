namespace Dataflow;

/// <summary>A map with the same content in every worker: rules, settings, prices. The code of a <c>Process</c> step may read it anywhere
/// and change it only in <see cref="BroadcastProcess{TKey, T, TBroadcast, TOut}.OnBroadcast"/>.</summary>
/// <remarks>Each worker holds all of it; a checkpoint writes each changed entry once.</remarks>
public sealed class BroadcastState<TMapKey, TValue>
    where TMapKey : notnull
{
    private readonly UndoableState<TMapKey, TValue> _entries;
    private readonly Func<bool> _isForOneKey;

    internal BroadcastState(UndoableState<TMapKey, TValue> entries, Func<bool> isForOneKey)
        => (_entries, _isForOneKey) = (entries, isForOneKey);

    /// <summary>The number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Looks up the value of a map key. It must not be changed in place.</summary>
    public bool TryGet(TMapKey mapKey, out TValue value) => _entries.TryGet(mapKey, out value);

    /// <summary>Copies all entries, in no particular order.</summary>
    public IReadOnlyList<KeyValuePair<TMapKey, TValue>> ToList()
    {
        var entries = new List<KeyValuePair<TMapKey, TValue>>(_entries.Count);
        _entries.ForEach(entries, static (entries, mapKey, in value) => entries.Add(new(mapKey, value)));
        return entries;
    }

    /// <summary>Sets the value of a map key.</summary>
    public void Set(TMapKey mapKey, TValue value)
    {
        CheckMayChange();
        _entries.Update(mapKey, out _) = value;
    }

    /// <summary>Removes a map key; false if it was not there.</summary>
    public bool Remove(TMapKey mapKey)
    {
        CheckMayChange();
        return _entries.Remove(mapKey);
    }

    private void CheckMayChange()
    {
        if (_isForOneKey())
            throw new InvalidOperationException("Broadcast state is changed in OnBroadcast alone: elsewhere the workers would differ.");
    }
}
