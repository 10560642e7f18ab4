using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MessagePack;

namespace Dataflow;

/// <summary>Writes many values in MessagePack: as they lie in memory where they hold no references, else one by one.</summary>
internal static class PackedValues
{
    public static void Write<T>(ref MessagePackWriter writer, T[] values, MessagePackSerializerOptions options)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            writer.Write(Bytes(values));
            return;
        }

        var formatter = options.Resolver.GetFormatterWithVerify<T>();
        writer.WriteArrayHeader(values.Length);
        foreach (var value in values) formatter.Serialize(ref writer, value, options);
    }

    public static T[] Read<T>(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            var bytes = reader.ReadBytes() ?? default;
            var raw = new T[bytes.Length / Unsafe.SizeOf<T>()];
            bytes.CopyTo(Bytes(raw));
            return raw;
        }

        var formatter = options.Resolver.GetFormatterWithVerify<T>();
        var values = new T[reader.ReadArrayHeader()];
        for (var i = 0; i < values.Length; i++) values[i] = formatter.Deserialize(ref reader, options);
        return values;
    }

    private static Span<byte> Bytes<T>(T[] values)
        => MemoryMarshal.CreateSpan(
            ref Unsafe.As<T, byte>(ref MemoryMarshal.GetArrayDataReference(values)), checked(values.Length * Unsafe.SizeOf<T>()));
}
