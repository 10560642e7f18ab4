namespace Dataflow.Serialization;

/// <summary>The numbers of the comparers that collections may have; 0 is the default comparer.</summary>
internal static class Comparers
{
    private static readonly StringComparer?[] OfStrings =
        [null, StringComparer.Ordinal, StringComparer.OrdinalIgnoreCase, StringComparer.InvariantCulture,
            StringComparer.InvariantCultureIgnoreCase];

    /// <exception cref="SerdeException">The comparer has no number.</exception>
    public static int NumberOf<T>(IEqualityComparer<T> comparer, Type collection)
        => comparer.Equals(EqualityComparer<T>.Default) ? 0 : NumberOf((object)comparer, collection);

    /// <exception cref="SerdeException">The comparer has no number.</exception>
    public static int NumberOf<T>(IComparer<T> comparer, Type collection)
        => comparer.Equals(Comparer<T>.Default) ? 0 : NumberOf((object)comparer, collection);

    public static IEqualityComparer<T>? Equality<T>(int number) => (IEqualityComparer<T>?)(object?)OfStrings[number];

    public static IComparer<T>? Order<T>(int number) => (IComparer<T>?)(object?)OfStrings[number];

    private static int NumberOf(object comparer, Type collection)
        => Array.IndexOf(OfStrings, comparer as StringComparer) is > 0 and var number ? number : throw SerdeException.Comparer(collection);
}
