using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Dataflow;

/// <summary>Writes many values in MessagePack: as they lie in memory where they hold no references, else one by one.</summary>
internal static class PackedValues
{
    public static void Write<T>(ref ValueWriter writer, T[] values, ValueCodecs codecs)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            writer.WriteBytes(Bytes(values));
            return;
        }

        var codec = codecs.Of<T>();
        writer.WriteArrayHeader(values.Length);
        foreach (var value in values) codec.Write(ref writer, value);
    }

    public static T[] Read<T>(ref ValueReader reader, ValueCodecs codecs)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            var bytes = reader.TryReadNil() ? [] : reader.ReadBytes();
            var raw = new T[bytes.Length / Unsafe.SizeOf<T>()];
            bytes.CopyTo(Bytes(raw));
            return raw;
        }

        var codec = codecs.Of<T>();
        var values = new T[reader.ReadArrayHeader()];
        for (var i = 0; i < values.Length; i++) values[i] = codec.Read(ref reader);
        return values;
    }

    private static Span<byte> Bytes<T>(T[] values)
        => MemoryMarshal.CreateSpan(
            ref Unsafe.As<T, byte>(ref MemoryMarshal.GetArrayDataReference(values)), checked(values.Length * Unsafe.SizeOf<T>()));
}
