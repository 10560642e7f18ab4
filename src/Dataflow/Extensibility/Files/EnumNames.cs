namespace Dataflow.Extensibility;

/// <summary>Parses values of an enum by name alone. Unlike <see cref="Enum"/>'s own parsing it accepts no numbers and no lists of names,
/// which need not be values of the enum.</summary>
public static class EnumNames<TEnum>
    where TEnum : struct, Enum
{
    private static readonly Dictionary<string, TEnum>.AlternateLookup<ReadOnlySpan<char>> Exact = Find(StringComparer.Ordinal);

    private static readonly Dictionary<string, TEnum>.AlternateLookup<ReadOnlySpan<char>> AnyCase =
        Find(StringComparer.OrdinalIgnoreCase);

    /// <summary>Parses a name, ignoring case. Where several names differ only in case, the name must match exactly.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out TEnum value)
        => Exact.TryGetValue(name, out value) || AnyCase.TryGetValue(name, out value);

    private static Dictionary<string, TEnum>.AlternateLookup<ReadOnlySpan<char>> Find(StringComparer comparer)
        => Enum.GetNames<TEnum>().GroupBy(name => name, comparer).Where(names => names.Count() == 1)
            .ToDictionary(names => names.Key, names => Enum.Parse<TEnum>(names.Key), comparer)
            .GetAlternateLookup<ReadOnlySpan<char>>();
}
