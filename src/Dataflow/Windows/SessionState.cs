namespace Dataflow.Windows;

/// <summary>The open sessions of all keys.</summary>
/// <remarks>Nearly always a key has one session, in one entry. While older ones wait for the watermark they are kept in entries of their
/// own, each naming the next older one by the time of its first record when it stopped being the newest: no other session of the key can
/// hold that moment.</remarks>
internal sealed class SessionState<TKey, TAccumulator>(StepDeclaration declare)
    where TKey : notnull
{
    private readonly KeyedState<KeyPart<TKey>, OpenWindow<TAccumulator>> _older =
        declare.State<KeyPart<TKey>, OpenWindow<TAccumulator>>("older-sessions");

    private readonly List<OpenWindow<TAccumulator>> _loaded = []; // newest first
    private readonly List<long> _names = []; // of the loaded ones; that of the newest is unused
    private TKey _key = default!;

    public KeyedState<TKey, OpenWindow<TAccumulator>> ByKey { get; } = declare.State<TKey, OpenWindow<TAccumulator>>("sessions");

    public long Count => ByKey.Count + _older.Count;

    public ref OpenWindow<TAccumulator> Newest(TKey key, out bool exists) => ref ByKey.Update(key, out exists);

    /// <summary>The time when a key's sessions are to be looked at; null if it has none.</summary>
    public long? DueOf(TKey key) => ByKey.TryGet(key, out var newest) ? newest.Due : null;

    public void Forget(TKey key) => ByKey.Remove(key);

    /// <summary>Adds a session newer than all others of its key, which has at least one.</summary>
    public void AddNewest(TKey key, OpenWindow<TAccumulator> session)
    {
        ref var newest = ref ByKey.Update(key, out _);
        _older.Update(new(key, newest.First), out _) = newest;
        session.Next = newest.First;
        session.Due = newest.Due;
        newest = session;
    }

    /// <summary>Loads all sessions of a key that has at least one, newest first; the list is valid until the next call.</summary>
    public List<OpenWindow<TAccumulator>> Load(TKey key)
    {
        _key = key;
        _loaded.Clear();
        _names.Clear();
        ByKey.TryGet(key, out var session);
        _loaded.Add(session);
        _names.Add(SessionState.None);
        while (session.Next != SessionState.None)
        {
            _names.Add(session.Next);
            _older.TryGet(new(key, session.Next), out session);
            _loaded.Add(session);
        }

        return _loaded;
    }

    /// <summary>Removes the oldest of the loaded sessions.</summary>
    public void RemoveLast()
    {
        var last = _loaded.Count - 1;
        if (last == 0) ByKey.Remove(_key);
        else _older.Remove(new(_key, _names[last]));
        _loaded.RemoveAt(last);
        _names.RemoveAt(last);
    }

    /// <summary>Replaces some loaded sessions by one.</summary>
    public void Replace(int first, int count, OpenWindow<TAccumulator> session)
    {
        for (var i = Math.Max(first, 1); i < first + count; i++) _older.Remove(new(_key, _names[i]));
        session.Due = _loaded[0].Due;
        _loaded.RemoveRange(first, count);
        _names.RemoveRange(first, count);
        _loaded.Insert(first, session);
        _names.Insert(first, session.First);
        Write(first, session);
        if (first > 0) Write(first - 1, _loaded[first - 1]);
    }

    /// <summary>Writes a loaded session back to the state.</summary>
    public void Write(int at, OpenWindow<TAccumulator> session)
    {
        session.Next = at + 1 < _names.Count ? _names[at + 1] : SessionState.None;
        if (at == 0) ByKey.Update(_key, out _) = session;
        else _older.Update(new(_key, _names[at]), out _) = session;
    }
}

internal static class SessionState
{
    /// <summary>The value of a link to no older session.</summary>
    public const long None = long.MinValue;
}
