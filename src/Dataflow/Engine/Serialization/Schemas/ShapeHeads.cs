namespace Dataflow.Serialization;

/// <summary>Says of two shapes, apart from their parts, which reads the other.</summary>
internal static class ShapeHeads
{
    // Of lists and arrays: a later one has the marks of those before it.
    private static readonly string[] Lists = [Kinds.Array, Kinds.List, Kinds.AnyList, Kinds.AnyCollection];

    /// <summary>Whether values that were written as one shape are read as another.</summary>
    public static bool AreRead(Shape written, Shape read) => (written.Kind, read.Kind) switch
    {
        (_, Kinds.List or Kinds.AnyCollection) => Lists.Contains(written.Kind),
        (_, Kinds.AnyList) => Lists.Contains(written.Kind) && written.Kind != Kinds.AnyCollection,
        (_, Kinds.Array) => written.Kind is Kinds.Array or Kinds.List,
        (Kinds.ByName, Kinds.ByPlace) => true,
        (Kinds.Dictionary or Kinds.SortedDictionary, Kinds.AnyDictionary) => true,
        (Kinds.Given, Kinds.Given) => written.Name == read.Name,
        _ when Numbers.Has(written.Kind) => Numbers.AreIn(written.Kind, read.Kind),
        _ => written.Kind == read.Kind,
    };

    /// <summary>Whether a value that both shapes have is the same bytes in both.</summary>
    public static bool AreWrittenAlike(Shape first, Shape second)
        => first.Kind == second.Kind || (Numbers.AreWhole(first.Kind) && Numbers.AreWhole(second.Kind));

    /// <summary>Returns which of two shapes stands for both, for those who read what is written as either; null: neither.</summary>
    public static Shape? Join(Shape first, Shape second)
    {
        if (!AreRead(second, first) && !AreRead(first, second)) return null;
        if (Array.IndexOf(Lists, first.Kind) is >= 0 and var rank) return rank >= Array.IndexOf(Lists, second.Kind) ? first : second;
        return AreRead(second, first) ? first : second;
    }
}
