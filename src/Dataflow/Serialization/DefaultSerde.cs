using Dataflow.Serialization;

namespace Dataflow;

/// <summary>Finds, once per type, what <see cref="Serde{T}.Default"/> means for it.</summary>
internal static class DefaultSerde<T>
{
    private static Serde<T>? s_found;

    public static Serde<T> Instance => s_found ??= Find();

    private static Serde<T> Find()
        => typeof(T) == typeof(string) ? (Serde<T>)(object)new Utf8Serde()
        : typeof(T) == typeof(long) ? (Serde<T>)(object)new Int64Serde()
        : typeof(T) == typeof(int) ? (Serde<T>)(object)new Int32Serde()
        : typeof(T) == typeof(byte[]) ? (Serde<T>)(object)new BytesSerde()
        : ValueSerde<T>.Create(ValueResolver.Default);
}
