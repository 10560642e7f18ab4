namespace Dataflow.Serialization;

/// <summary>The numbers that are written alike, so that a wider type reads those of a narrower one.</summary>
internal static class Numbers
{
    private const int BitsOfSingle = 24;
    private const int BitsOfDouble = 53;

    // Bits without the sign, and whether there is one.
    private static readonly Dictionary<string, (int Bits, bool IsSigned)> Whole = new(StringComparer.Ordinal)
    {
        [nameof(SByte)] = (7, true), [nameof(Int16)] = (15, true), [nameof(Int32)] = (31, true), [nameof(Int64)] = (63, true),
        [nameof(Byte)] = (8, false), [nameof(UInt16)] = (16, false), [nameof(UInt32)] = (32, false), [nameof(UInt64)] = (64, false),
        [nameof(Char)] = (16, false),
    };

    /// <summary>Whether a kind is one of these numbers.</summary>
    public static bool Has(string kind) => Whole.ContainsKey(kind) || kind is nameof(Single) or nameof(Double);

    /// <summary>Whether a kind is one of whole numbers.</summary>
    public static bool AreWhole(string kind) => Whole.ContainsKey(kind);

    /// <summary>Whether each number of a kind is one of another kind too, and is read as that.</summary>
    public static bool AreIn(string kind, string wider)
    {
        if (!Whole.TryGetValue(kind, out var of)) return kind == wider || (kind == nameof(Single) && wider == nameof(Double));
        if (Whole.TryGetValue(wider, out var to)) return of.Bits <= to.Bits && (to.IsSigned || !of.IsSigned);
        return of.Bits <= (wider == nameof(Double) ? BitsOfDouble : wider == nameof(Single) ? BitsOfSingle : 0);
    }

    /// <summary>The words for a kind; null: it is none of these.</summary>
    public static string? ToText(string kind)
        => kind == nameof(Char) ? "a character"
            : Whole.TryGetValue(kind, out var of)
                ? $"a whole number of {(of.IsSigned ? of.Bits + 1 : of.Bits)} bits{(of.IsSigned ? "" : " without a sign")}"
                : kind switch
                {
                    nameof(Single) => "a floating number of 32 bits",
                    nameof(Double) => "a floating number of 64 bits",
                    _ => null,
                };
}
