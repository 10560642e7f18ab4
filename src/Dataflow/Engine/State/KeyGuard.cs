namespace Dataflow.State;

/// <summary>Runs what a key's own code does wherever the key goes, while the record at hand can still be rejected.</summary>
internal static class KeyGuard<TKey>
    where TKey : notnull
{
    private static readonly bool HasCode = !typeof(TKey).IsPrimitive && typeof(TKey) != typeof(string);

    /// <summary>Fails where the key is null, is of a type that keys may not be or, if that is asked for, cannot be hashed or compared.</summary>
    public static TKey Check(TKey? key, bool runsCode)
    {
        if (key is null) throw new InvalidOperationException("The key is null.");
        if (!HasCode) return key;
        var keys = KeyCodec<TKey>.Default;
        if (runsCode || keys.MayRefuse) _ = keys.Hash(key);
        if (runsCode) _ = EqualityComparer<TKey>.Default.Equals(key, key);
        return key;
    }
}
