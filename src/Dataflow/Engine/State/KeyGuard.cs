using Dataflow.Texts;

namespace Dataflow.State;

/// <summary>Runs a key's own code (hashing, comparing) early, while the current record can still be rejected. Texts in keys get bytes of
/// their own.</summary>
internal static class KeyGuard<TKey>
    where TKey : notnull
{
    private static readonly bool HasCode = !typeof(TKey).IsPrimitive && typeof(TKey) != typeof(string);

    /// <summary>Throws if the key is null, is of a type that keys may not be or, if asked for, cannot be hashed or compared.</summary>
    public static TKey Check(TKey? key, bool runsCode)
    {
        if (key is null) throw new InvalidOperationException("The key is null.");
        if (!HasCode) return key;
        var keys = KeyCodec<TKey>.Default;
        if (runsCode || keys.MayRefuse) _ = keys.Hash(key);
        if (runsCode) _ = EqualityComparer<TKey>.Default.Equals(key, key);
        return typeof(TKey) == typeof(Utf8) ? (TKey)(object)KeptTexts.OfThread.Keep((Utf8)(object)key) : Utf8.KeepIn(key);
    }
}
