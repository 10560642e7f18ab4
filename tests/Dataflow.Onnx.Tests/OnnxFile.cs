using System.Runtime.InteropServices;
using System.Text;

namespace Dataflow.Onnx.Tests;

/// <summary>Writes ONNX graphs: the fields of its protobuf messages that the tests' models need.</summary>
internal static class OnnxFile
{
    public const int Float = 1, UInt8 = 2, Int64 = 7, Bool = 9;

    /// <summary>A dimension of any length.</summary>
    public const long Any = -1;

    public static byte[] Model(byte[] graph) => Message(
        Number(1, 8), Bytes(7, graph), Bytes(8, Message(Number(2, 13))),
        Bytes(8, Message(Text(1, "com.microsoft"), Number(2, 1))), Bytes(8, Message(Text(1, "ai.onnx.ml"), Number(2, 1))));

    /// <param name="parts">What <see cref="Node"/>, <see cref="Floats"/>, <see cref="Integers"/>, <see cref="Input"/> and
    /// <see cref="Output"/> make.</param>
    public static byte[] Graph(params byte[][] parts) => Message([Text(2, "graph"), .. parts]);

    public static byte[] Node(string operation, string[] inputs, string[] outputs, params byte[][] attributes) => Bytes(1, Message(
        [.. inputs.Select(input => Text(1, input)), .. outputs.Select(output => Text(2, output)), Text(4, operation),
        .. attributes.Select(attribute => Bytes(5, attribute))]));

    /// <summary>A node whose operation is of another domain than ONNX's own.</summary>
    public static byte[] NodeOf(string domain, string operation, string[] inputs, string[] outputs, params byte[][] attributes)
        => Bytes(1, Message(
        [.. inputs.Select(input => Text(1, input)), .. outputs.Select(output => Text(2, output)), Text(4, operation), Text(7, domain),
        .. attributes.Select(attribute => Bytes(5, attribute))]));

    public static byte[] IntegersAttribute(string name, params long[] values)
        => Message([Text(1, name), .. values.Select(value => Number(8, value)), Number(20, 7)]);

    public static byte[] GraphAttribute(string name, byte[] graph) => Message(Text(1, name), Bytes(6, graph), Number(20, 5));

    public static byte[] IntegerAttribute(string name, long value) => Message(Text(1, name), Number(3, value), Number(20, 2));

    public static byte[] Floats(string name, long[] shape, params float[] values)
        => Constant(name, Float, shape, MemoryMarshal.AsBytes(values.AsSpan()));

    public static byte[] Integers(string name, long[] shape, params long[] values)
        => Constant(name, Int64, shape, MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>Floats in another file: its location, and where in it.</summary>
    public static byte[] ExternalFloats(string name, long[] shape, params (string Key, string Value)[] entries)
        => ExternalFloats(name, shape, Number(14, 1), entries);

    /// <summary>The same with what says that they are in another file, which has more than one spelling.</summary>
    public static byte[] ExternalFloats(string name, long[] shape, byte[] isElsewhere, params (string Key, string Value)[] entries)
        => Bytes(5, Message(
        [.. shape.Select(size => Number(1, size)), Number(2, Float), Text(8, name),
        .. entries.Select(entry => Bytes(13, Message(Text(1, entry.Key), Text(2, entry.Value)))), isElsewhere]));

    public static byte[] Input(string name, int type, params long[] shape) => Bytes(11, Value(name, type, shape));

    public static byte[] Bytes8(string name, long[] shape, params byte[] values) => Constant(name, UInt8, shape, values);

    /// <summary>An output that is a list of maps from integers to floats, as ZipMap gives.</summary>
    public static byte[] MapsOutput(string name)
    {
        var floats = Message(Bytes(1, Message(Number(1, Float), Bytes(2, []))));
        var map = Message(Bytes(5, Message(Number(1, Int64), Bytes(2, floats))));
        return Bytes(12, Message(Text(1, name), Bytes(2, Message(Bytes(4, Message(Bytes(1, map)))))));
    }

    public static byte[] Output(string name, int type, params long[] shape) => Bytes(12, Value(name, type, shape));

    public static byte[] Message(params byte[][] fields) => [.. fields.SelectMany(field => field)];

    public static byte[] Number(int field, long value) => [.. Varint(field << 3), .. Varint(value)];

    public static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public static byte[] Bytes(int field, byte[] value) => [.. Varint((field << 3) | 2), .. Varint(value.Length), .. value];

    private static byte[] Constant(string name, int type, long[] shape, ReadOnlySpan<byte> values) => Bytes(5, Message(
        [.. shape.Select(size => Number(1, size)), Number(2, type), Text(8, name), Bytes(9, values.ToArray())]));

    private static byte[] Value(string name, int type, long[] shape)
    {
        var dimensions = shape.Select((size, at) => Bytes(1, size == Any ? Text(2, at == 0 ? "batch" : "sequence") : Number(1, size)));
        return Message(Text(1, name), Bytes(2, Message(Bytes(1, Message(Number(1, type), Bytes(2, Message([.. dimensions])))))));
    }

    private static IEnumerable<byte> Varint(long value)
    {
        var rest = (ulong)value;
        for (; rest > 0x7F; rest >>= 7) yield return (byte)(rest | 0x80);
        yield return (byte)rest;
    }
}
