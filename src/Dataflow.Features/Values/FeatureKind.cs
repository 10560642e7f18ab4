using System.Collections;
using System.Globalization;
using System.Text.Json;
using Dataflow.Features.Registry;

namespace Dataflow.Features;

/// <summary>The storage form of a value.</summary>
internal enum FeatureKind : byte
{
    None,
    Boolean,
    Int32,
    Int64,
    Single,
    Double,
    Reference,
}

/// <summary>The allowed types of features.</summary>
internal static class FeatureKinds
{
    private static readonly HashSet<Type> s_references =
    [
        typeof(string), typeof(int[]), typeof(long[]), typeof(float[]), typeof(double[]), typeof(string[]),
        typeof(IReadOnlyList<int>), typeof(IReadOnlyList<long>), typeof(IReadOnlyList<float>), typeof(IReadOnlyList<double>),
        typeof(IReadOnlyList<string>),
    ];

    public static FeatureKind Of<T>()
    {
        if (typeof(T) == typeof(double)) return FeatureKind.Double;
        if (typeof(T) == typeof(long)) return FeatureKind.Int64;
        if (typeof(T) == typeof(int)) return FeatureKind.Int32;
        if (typeof(T) == typeof(float)) return FeatureKind.Single;
        return typeof(T) == typeof(bool) ? FeatureKind.Boolean : FeatureKind.Reference;
    }

    /// <summary>Throws, on the user's own line, if a type is not allowed for features.</summary>
    public static void Check<T>(string feature)
    {
        if (Of<T>() != FeatureKind.Reference || s_references.Contains(typeof(T))) return;
        var type = Nullable.GetUnderlyingType(typeof(T)) is { } underlying ? $"{underlying}?" : $"{typeof(T)}";
        throw new ArgumentException(
            $"Feature '{feature}': its type is {type}. Make it a bool, int, long, float, double, string, or a list of numbers or strings.");
    }

    /// <summary>Returns a text or an array for storage; a list is copied to an array.</summary>
    public static object? Keep<T>(T value) => value switch
    {
        null => null,
        string or Array => value,
        IReadOnlyList<int> list => list.ToArray(),
        IReadOnlyList<long> list => list.ToArray(),
        IReadOnlyList<float> list => list.ToArray(),
        IReadOnlyList<double> list => list.ToArray(),
        IReadOnlyList<string> list => list.ToArray(),
        _ => throw new InvalidOperationException($"A feature cannot be of type {value.GetType()}."),
    };

    /// <summary>Formats a value as text that differs where values do: of a list all its elements, texts among them in quotes.</summary>
    public static string? TextOf(object? value) => value switch
    {
        null => null,
        string text => text,
        IEnumerable<string?> texts => $"[{string.Join(", ", texts.Select(Quoted))}]",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(TextOf))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    public static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (int[] a, int[] b) => a.AsSpan().SequenceEqual(b),
        (long[] a, long[] b) => a.AsSpan().SequenceEqual(b),
        (float[] a, float[] b) => a.AsSpan().SequenceEqual(b),
        (double[] a, double[] b) => a.AsSpan().SequenceEqual(b),
        (string[] a, string[] b) => a.AsSpan().SequenceEqual(b),
        _ => Equals(left, right),
    };

    private static string Quoted(string? text) => text is null ? "null" : JsonSerializer.Serialize(text, RegistryJson.Default.String);
}
