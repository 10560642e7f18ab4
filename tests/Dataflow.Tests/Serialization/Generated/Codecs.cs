using System.Buffers;
using Dataflow.Extensibility;
using Dataflow.Serialization;

namespace Dataflow.Tests.Serialization.Generated;

/// <summary>A type's serde made at compile time, and the one found by reflection.</summary>
internal static class Codecs<T>
{
    public static Serde<T> Made { get; } = ValueSerde<T>.Create(ValueResolver.Default);

    public static Serde<T> Reflected { get; } = ValueSerde<T>.Create(ValueResolver.ByReflection);

    public static bool IsMade => ((ValueSerde<T>)Made).IsGenerated && !((ValueSerde<T>)Reflected).IsGenerated;

    public static byte[] Write(Serde<T> serde, T value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        serde.Write(value, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Compares what both read of the same bytes; null: the same value, or the same error.</summary>
    public static string? Difference(byte[] bytes)
    {
        var (made, error) = Read(Made, bytes);
        var (reflected, other) = Read(Reflected, bytes);
        return error != other ? $"'{error}' and '{other}'" : Alike.Difference(made, reflected);
    }

    /// <summary>Reads, or returns the error, which must be a <see cref="SerdeException"/>.</summary>
    public static (T? Value, string? Error) Read(Serde<T> serde, byte[] bytes)
    {
        try
        {
            return (serde.Read(bytes), null);
        }
        catch (SerdeException error)
        {
            return (default, error.Message);
        }
    }
}
