using System.Collections;
using System.Runtime.InteropServices;
using Dataflow.Processing;

namespace Dataflow;

/// <summary>A map for each key. Its members work on the key of the current record or timer.</summary>
/// <remarks>Each entry of a map is an entry of the state. Enumeration needs to know a key's entries: from the first enumeration on, the
/// step keeps the map keys of all keys in memory a second time.</remarks>
public abstract class MapState<TMapKey, TValue> : IEnumerable<KeyValuePair<TMapKey, TValue>>
    where TMapKey : notnull
{
    private protected MapState()
    {
    }

    /// <summary>Looks up the value of a map key. It must not be changed in place.</summary>
    public abstract bool TryGet(TMapKey mapKey, out TValue value);

    /// <summary>Returns a reference to a map key's value, to be changed at once; adds the type's default value where there is
    /// none.</summary>
    public abstract ref TValue Update(TMapKey mapKey, out bool exists);

    /// <summary>Removes a map key; false if it was not there.</summary>
    public abstract bool Remove(TMapKey mapKey);

    /// <summary>Removes all map keys.</summary>
    public abstract void Clear();

    /// <summary>Enumerates the map keys with their values, in no particular order, which may differ after a restart. Entries may be removed
    /// and changed meanwhile.</summary>
    public abstract IEnumerator<KeyValuePair<TMapKey, TValue>> GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

internal sealed class KeyedMapState<TKey, TMapKey, TValue> : MapState<TMapKey, TValue>, IClears
    where TKey : notnull
    where TMapKey : notnull
{
    private readonly StateTable<KeyPair<TKey, TMapKey>, TValue> _entries;
    private readonly StateScope<TKey> _scope;
    private Dictionary<TKey, HashSet<TMapKey>>? _mapKeys; // filled at the first enumeration

    public KeyedMapState(StateTable<KeyPair<TKey, TMapKey>, TValue> entries, StateScope<TKey> scope)
    {
        _entries = entries;
        _scope = scope;
        entries.OnExpired = (entry, _) => Forget(entry);
        entries.OnUndone = Undone;
    }

    public override bool TryGet(TMapKey mapKey, out TValue value) => _entries.TryGet(new(_scope.Key, mapKey), out value);

    public override ref TValue Update(TMapKey mapKey, out bool exists)
    {
        ref TValue value = ref _entries.Update(new(_scope.Key, mapKey), out exists);
        if (!exists && _mapKeys is not null) Remember(new(_scope.Key, mapKey));
        return ref value;
    }

    public override bool Remove(TMapKey mapKey)
    {
        var isSeen = TryGet(mapKey, out _);
        if (_entries.Remove(new(_scope.Key, mapKey))) Forget(new(_scope.Key, mapKey));
        return isSeen;
    }

    public override void Clear()
    {
        foreach (var mapKey in MapKeys()) Remove(mapKey);
    }

    public override IEnumerator<KeyValuePair<TMapKey, TValue>> GetEnumerator()
    {
        foreach (var mapKey in MapKeys())
        {
            if (TryGet(mapKey, out var value)) yield return new KeyValuePair<TMapKey, TValue>(mapKey, value!);
        }
    }

    private TMapKey[] MapKeys()
    {
        if (_mapKeys is null)
        {
            _mapKeys = [];
            _entries.ForEach(Remember);
        }

        return _mapKeys.TryGetValue(_scope.Key, out var mapKeys) ? [.. mapKeys] : [];
    }

    private void Undone(KeyPair<TKey, TMapKey> entry, bool isThere)
    {
        if (!isThere) Forget(entry);
        else if (_mapKeys is not null) Remember(entry);
    }

    private void Remember(KeyPair<TKey, TMapKey> entry)
        => (CollectionsMarshal.GetValueRefOrAddDefault(_mapKeys!, entry.Key, out _) ??= []).Add(Utf8.KeepIn(entry.Part));

    private void Forget(KeyPair<TKey, TMapKey> entry)
    {
        if (_mapKeys is null || !_mapKeys.TryGetValue(entry.Key, out var mapKeys)) return;
        mapKeys.Remove(entry.Part);
        if (mapKeys.Count == 0) _mapKeys.Remove(entry.Key);
    }
}
