namespace Dataflow;

/// <summary>The order of keys: that of their type, but strings by their code units, so that no machine's culture decides.</summary>
internal static class KeyOrder<TKey>
{
    public static int Compare(TKey one, TKey other)
        => typeof(TKey) == typeof(string)
            ? string.CompareOrdinal((string?)(object?)one, (string?)(object?)other)
            : Comparer<TKey>.Default.Compare(one, other);
}
