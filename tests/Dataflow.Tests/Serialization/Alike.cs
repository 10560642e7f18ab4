using System.Collections;
using System.Reflection;
using System.Text.Json;

namespace Dataflow.Tests.Serialization;

/// <summary>Compares two values in all respects: types, fields, elements in their order, bits of numbers, kinds of times,
/// comparers.</summary>
internal static class Alike
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Where they differ; null: nowhere.</summary>
    public static string? Difference(object? left, object? right, string path = "value", int depth = 0)
    {
        if (left is null || right is null) return left is null && right is null ? null : $"{path}: {left ?? "null"} and {right ?? "null"}";
        var type = left.GetType();
        if (type != right.GetType()) return $"{path}: {type} and {right.GetType()}";
        if (depth > 1000) return $"{path}: too deep";
        if (type.IsPrimitive || left is string) return BitsOf(left).SequenceEqual(BitsOf(right)) ? null : $"{path}: {left} and {right}";
        if (left is JsonElement { ValueKind: not JsonValueKind.Undefined } json) return json.GetRawText() == ((JsonElement)right)
            .GetRawText() ? null : $"{path}: {json}";
        if (left is decimal a && right is decimal b) return decimal.GetBits(a).SequenceEqual(decimal.GetBits(b))
            ? null : $"{path}: {a} and {b}";
        if (left is DateTime x && right is DateTime y) return (x.Ticks, x.Kind) == (y.Ticks, y.Kind) ? null : $"{path}: {x:O} and {y:O}";
        if (left is DateTimeOffset t && right is DateTimeOffset u) return t.EqualsExact(u) ? null : $"{path}: {t:O} and {u:O}";
        if (type.GetProperty("IsDefault") is { } isDefault && type.Name.StartsWith("ImmutableArray", StringComparison.Ordinal)
            && (bool)isDefault.GetValue(left)! | (bool)isDefault.GetValue(right)!)
        {
            return Equals(isDefault.GetValue(left), isDefault.GetValue(right)) ? null : $"{path}: default and not";
        }

        if (left is IEnumerable some && type.Assembly != typeof(Alike).Assembly) return Elements(some, (IEnumerable)right, path, depth);
        if (type.Namespace is "System" or "System.Net" or "System.Numerics"
            && !type.Name.Contains("Tuple", StringComparison.Ordinal)) return Equals(left, right) ? null : $"{path}: {left} and {right}";
        for (var at = type; at is not null && at != typeof(object); at = at.BaseType)
        {
            foreach (var field in at.GetFields(Declared))
            {
                if (Difference(field.GetValue(left), field.GetValue(right), $"{path}.{field.Name}", depth + 1) is { } found) return found;
            }
        }

        return null;
    }

    private static string? Elements(IEnumerable left, IEnumerable right, string path, int depth)
    {
        foreach (var name in new[] { "Comparer", "KeyComparer" })
        {
            if (left.GetType().GetProperty(name) is { } comparer
                && !Equals(comparer.GetValue(left), comparer.GetValue(right))) return $"{path}: comparers";
        }

        if (left is Array a && right is Array b && !Lengths(a).SequenceEqual(Lengths(b))) return $"{path}: lengths";
        var (all, other) = (left.Cast<object?>().ToList(), right.Cast<object?>().ToList());
        if (all.Count != other.Count) return $"{path}: {all.Count} and {other.Count} elements";
        return all.Zip(other).Index().Select(pair => Difference(pair.Item.First, pair.Item.Second, $"{path}[{pair.Index}]", depth + 1))
            .FirstOrDefault(found => found is not null);
    }

    private static IEnumerable<int> Lengths(Array array) => Enumerable.Range(0, array.Rank).Select(array.GetLength);

    private static string BitsOf(object value) => value switch
    {
        double number => $"{BitConverter.DoubleToInt64Bits(number)}",
        float number => $"{BitConverter.SingleToInt32Bits(number)}",
        _ => value.ToString()!,
    };
}
