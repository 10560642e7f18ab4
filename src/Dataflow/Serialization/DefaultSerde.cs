namespace Dataflow;

/// <summary>Finds, once per type, what <see cref="Serde{T}.Default"/> means for it.</summary>
internal static class DefaultSerde<T>
{
    private static readonly Serde<T>? Found = Find();

    public static Serde<T> Instance => Found ?? MessagePackSerde<T>.Create();

    private static Serde<T>? Find()
        => typeof(T) == typeof(string) ? (Serde<T>)(object)new Utf8Serde()
        : typeof(T) == typeof(long) ? (Serde<T>)(object)new Int64Serde()
        : typeof(T) == typeof(int) ? (Serde<T>)(object)new Int32Serde()
        : typeof(T) == typeof(byte[]) ? (Serde<T>)(object)new BytesSerde()
        : null;
}
