using System.Text;

namespace Dataflow.Generators;

/// <summary>The bytes of MessagePack that are known at compile time.</summary>
internal static class KnownBytes
{
    public static byte[] Array(int count) => count < 16 ? [(byte)(0x90 | count)] : [0xDC, (byte)(count >> 8), (byte)count];

    public static byte[] Map(int count)
        => count < 16 ? [(byte)(0x80 | count)]
            : count <= ushort.MaxValue ? [0xDE, (byte)(count >> 8), (byte)count]
            : [0xDF, (byte)(count >> 24), (byte)(count >> 16), (byte)(count >> 8), (byte)count];

    public static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = bytes.Length;
        byte[] header = length < 32 ? [(byte)(0xA0 | length)]
            : length <= byte.MaxValue ? [0xD9, (byte)length] : [0xDA, (byte)(length >> 8), (byte)length];
        return [.. header, .. bytes];
    }
}
