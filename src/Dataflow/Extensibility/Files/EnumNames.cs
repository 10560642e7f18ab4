namespace Dataflow.Extensibility;

/// <summary>Finds the value of an enum by its name alone: numbers and lists of names, which the library reads too, need not be
/// values of it.</summary>
public static class EnumNames<TEnum>
    where TEnum : struct, Enum
{
    private static readonly Dictionary<string, TEnum>.AlternateLookup<ReadOnlySpan<char>> Exact = Find(StringComparer.Ordinal);

    private static readonly Dictionary<string, TEnum>.AlternateLookup<ReadOnlySpan<char>> AnyCase =
        Find(StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds a value, whatever the case of its name; where several differ in that alone, the one that is written so.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out TEnum value)
        => Exact.TryGetValue(name, out value) || AnyCase.TryGetValue(name, out value);

    private static Dictionary<string, TEnum>.AlternateLookup<ReadOnlySpan<char>> Find(StringComparer comparer)
        => Enum.GetNames<TEnum>().GroupBy(name => name, comparer).Where(names => names.Count() == 1)
            .ToDictionary(names => names.Key, names => Enum.Parse<TEnum>(names.Key), comparer)
            .GetAlternateLookup<ReadOnlySpan<char>>();
}
