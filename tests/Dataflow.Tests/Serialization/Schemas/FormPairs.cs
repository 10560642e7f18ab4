using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Dataflow.Tests.Serialization.Schemas;

/// <summary>Forms of a member, with values that show what each can hold.</summary>
public static class FormPairs
{
    public enum Small : byte
    {
        None,
        Some = 200,
    }

    public sealed record Text(string? Name);

    public sealed record Reference(int Number = 7);

    public record struct Pair(int Number, string? Name);

    private static readonly object?[] s_texts = [null, "", "ß", "1"];

    /// <summary>Values of each type.</summary>
    public static IReadOnlyDictionary<Type, object?[]> Samples { get; } = new Dictionary<Type, object?[]>
    {
        [typeof(sbyte)] = [sbyte.MinValue, sbyte.MaxValue],
        [typeof(byte)] = [byte.MinValue, byte.MaxValue],
        [typeof(short)] = [short.MinValue, short.MaxValue],
        [typeof(ushort)] = [ushort.MinValue, ushort.MaxValue],
        [typeof(char)] = ['\0', 'a', char.MaxValue],
        [typeof(int)] = [int.MinValue, int.MaxValue],
        [typeof(uint)] = [uint.MinValue, uint.MaxValue],
        [typeof(long)] = [long.MinValue, long.MaxValue],
        [typeof(ulong)] = [ulong.MinValue, ulong.MaxValue],
        [typeof(Small)] = [Small.None, Small.Some],
        [typeof(float)] = [0.1f, float.NaN, -0.0f],
        [typeof(double)] = [0.1, double.MaxValue],
        [typeof(decimal)] = [1.00m, decimal.MaxValue],
        [typeof(Half)] = [(Half)0.5],
        [typeof(bool)] = [true, false],
        [typeof(int?)] = [null, 5, int.MinValue],
        [typeof(long?)] = [null, long.MaxValue],
        [typeof(string)] = s_texts,
        [typeof(Guid)] = [Guid.AllBitsSet],
        [typeof(DateTime)] = [new DateTime(1, DateTimeKind.Utc), new DateTime(1, DateTimeKind.Local)],
        [typeof(DateTimeOffset)] = [DateTimeOffset.UnixEpoch.ToOffset(TimeSpan.FromHours(1))],
        [typeof(DateOnly)] = [DateOnly.MaxValue],
        [typeof(TimeSpan)] = [TimeSpan.MaxValue],
        [typeof(BigInteger)] = [BigInteger.MinusOne],
        [typeof(byte[])] = [null, new byte[] { 1, 2 }],
        [typeof(Text)] = [null, new Text("a")],
        [typeof(Reference)] = [null, new Reference(1)],
        [typeof(Pair)] = [new Pair(1, "a")],
        [typeof(Pair?)] = [null, new Pair(2, "b")],
        [typeof((int, string))] = [(1, "a")],
        [typeof(int[])] = [null, new[] { int.MinValue, 2 }],
        [typeof(double[])] = [new[] { 0.1 }],
        [typeof(List<int>)] = [new List<int> { 1, int.MaxValue }],
        [typeof(List<long>)] = [new List<long> { long.MinValue }],
        [typeof(ImmutableArray<int>)] = [default(ImmutableArray<int>), ImmutableArray.Create(3)],
        [typeof(IReadOnlyList<int>)] = [new[] { 1 }, new List<int> { int.MaxValue }],
        [typeof(IEnumerable<int>)] = [new[] { 1 }, new List<int> { 2 }, new HashSet<int> { int.MaxValue }],
        [typeof(ISet<string>)] = [new SortedSet<string> { "b", "a" }, new HashSet<string> { "a" }],
        [typeof(HashSet<string>)] = [new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a" }],
        [typeof(SortedSet<string>)] = [new SortedSet<string>(StringComparer.InvariantCulture) { "a" }],
        [typeof(Dictionary<string, int>)] = [new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["a"] = 1 }],
        [typeof(Dictionary<string, long>)] = [new Dictionary<string, long> { ["a"] = long.MaxValue }],
        [typeof(SortedDictionary<string, int>)] = [new SortedDictionary<string, int>(StringComparer.InvariantCulture) { ["a"] = 1 }],
        [typeof(IReadOnlyDictionary<string, int>)] =
            [new SortedDictionary<string, int> { ["a"] = 1 }, new Dictionary<string, int> { ["b"] = 2 }],
    };

    /// <summary>Whether a value that was read is the one that was written: the same number or text, members and elements.</summary>
    public static bool IsPromised(object? written, object? read, Type writtenAs, Type readAs)
    {
        if (IsNull(written)) return IsNull(read) || (IsRecord(writtenAs) && Equals(read, Activator.CreateInstance(readAs)));
        if (IsNull(read)) return false;
        if (IsNumber(written) && IsNumber(read)) return ToText(written) == ToText(read);
        if (IsList(writtenAs) && IsList(readAs)) return Elements(written).SequenceEqual(Elements(read));
        if (IsDictionary(writtenAs) && IsDictionary(readAs))
            return (writtenAs.Name == readAs.Name || readAs.IsInterface) && Elements(written).SequenceEqual(Elements(read));
        if (IsRecord(writtenAs) && (IsRecord(readAs) || readAs == typeof((int, string)))) return AreMembersAlike(written, read);
        return written.GetType() == read.GetType() && Alike.Difference(written, read) is null;
    }

    private static bool IsNull([NotNullWhen(false)] object? value) => value is null or ImmutableArray<int> { IsDefault: true };

    // A value of a record without a member has the member's default.
    private static bool AreMembersAlike(object written, object read)
        => MembersOf(read).All(member => !MembersOf(written).TryGetValue(member.Key, out var before) || Equals(before, member.Value));

    private static Dictionary<string, object?> MembersOf(object value) => value switch
    {
        Text text => new() { ["Name"] = text.Name },
        Reference reference => new() { ["Number"] = reference.Number },
        Pair pair => new() { ["Name"] = pair.Name, ["Number"] = pair.Number },
        _ => [],
    };

    private static bool IsRecord(Type type) => type == typeof(Text) || type == typeof(Reference) || Underlying(type) == typeof(Pair);

    private static Type Underlying(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static bool IsNumber(object value) => value is char or Small || (value.GetType().IsPrimitive && value is not bool);

    private static string ToText(object value) => value switch
    {
        char letter => $"{(int)letter}",
        Small named => $"{(byte)named}",
        float single => Exactly(single),
        double real => Exactly(real),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Exactly(double value)
        => Math.Abs(value) < 1e18 && value == Math.Floor(value) && !(value == 0 && double.IsNegative(value))
            ? new BigInteger(value).ToString(CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);

    private static bool IsList(Type type)
        => type == typeof(int[]) || type == typeof(double[])
            || (type.IsGenericType && !IsDictionary(type) && !type.Name.Contains("Set", StringComparison.Ordinal)
                && type.IsAssignableTo(typeof(IEnumerable)));

    private static bool IsDictionary(Type type) => type.Name.Contains("Dictionary", StringComparison.Ordinal);

    private static IEnumerable<string> Elements(object list)
        => ((IEnumerable)list).Cast<object>().Select(element => element is KeyValuePair<string, int> or KeyValuePair<string, long>
            ? element.ToString()! : ToText(element));
}
