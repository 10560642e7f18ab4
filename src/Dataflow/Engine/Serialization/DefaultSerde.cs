using Dataflow.Serialization;

namespace Dataflow;

/// <summary>Finds, once per type, the serde that <see cref="Serde{T}.Default"/> stands for.</summary>
internal static class DefaultSerde<T>
{
    private static readonly Serde<T>? Basic = FindBasic();
    private static Serde<T>? s_found;

    public static Serde<T> Instance => Basic ?? (s_found ??= ValueSerde<T>.Create(ValueResolver.Default));

    /// <summary>The serde in the current pipeline.</summary>
    public static Serde<T> Current => Serdes.Current is { } given ? InstanceOf(given) : Instance;

    /// <summary>Returns the serde in a pipeline.</summary>
    public static Serde<T> InstanceOf(Serdes serdes) => serdes.Given<T>() ?? Basic ?? serdes.Values<T>();

    private static Serde<T>? FindBasic()
        => typeof(T) == typeof(string) ? (Serde<T>)(object)new Utf8Serde()
        : typeof(T) == typeof(Utf8) ? (Serde<T>)(object)new Utf8TextSerde()
        : typeof(T) == typeof(long) ? (Serde<T>)(object)new Int64Serde()
        : typeof(T) == typeof(int) ? (Serde<T>)(object)new Int32Serde()
        : typeof(T) == typeof(byte[]) ? (Serde<T>)(object)new BytesSerde()
        : null;
}
