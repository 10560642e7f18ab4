using System.Runtime.InteropServices;
using System.Text;

namespace Dataflow.Onnx.Tests;

/// <summary>Writes ONNX files of one node, which looks ids up in a table: every token's vector is known.</summary>
internal sealed record TinyModel
{
    private const int Int64 = 7, Float = 1;

    public static readonly string[] Pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "##b"];

    public string[] Inputs { get; init; } = ["input_ids", "attention_mask", "token_type_ids"];

    public int InputType { get; init; } = Int64;

    public string Output { get; init; } = "last_hidden_state";

    /// <summary>One row a piece.</summary>
    public float[][] Table { get; init; } = [[0, 0], [1, 0], [3, 4], [0, 2], [5, 12], [-8, 6], [0, 1]];

    /// <summary>Writes the model and its vocabulary into a directory.</summary>
    public void WriteTo(TempDirectory directory)
    {
        File.WriteAllBytes(directory.File("model.onnx"), ToBytes());
        File.WriteAllLines(directory.File("vocab.txt"), Pieces);
    }

    private byte[] ToBytes()
    {
        var width = Table[0].Length;
        var weights = Message(
            Number(1, Table.Length), Number(1, width), Number(2, Float), Text(8, "table"),
            Bytes(9, MemoryMarshal.AsBytes<float>(Table.SelectMany(row => row).ToArray()).ToArray()));
        var gather = Message(Text(1, "table"), Text(1, Inputs[0]), Text(2, Output), Text(4, "Gather"));
        var graph = Message(
            [Bytes(1, gather), Text(2, "tiny"), Bytes(5, weights),
            .. Inputs.Select(input => Bytes(11, Value(input, InputType, Symbol("batch"), Symbol("sequence")))),
            Bytes(12, Value(Output, Float, Symbol("batch"), Symbol("sequence"), Number(1, width)))]);
        return Message(Number(1, 8), Bytes(7, graph), Bytes(8, Message(Number(2, 13))));
    }

    private static byte[] Value(string name, int type, params byte[][] dimensions)
    {
        var shape = Message([.. dimensions.Select(dimension => Bytes(1, dimension))]);
        return Message(Text(1, name), Bytes(2, Message(Bytes(1, Message(Number(1, type), Bytes(2, shape))))));
    }

    private static byte[] Symbol(string name) => Text(2, name);

    private static byte[] Message(params byte[][] fields) => [.. fields.SelectMany(field => field)];

    private static byte[] Number(int field, int value) => [(byte)(field << 3), .. Varint(value)];

    private static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int field, byte[] value) =>
        [(byte)((field << 3) | 2), .. Varint(value.Length), .. value];

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value > 0x7F; value >>= 7) yield return (byte)(value | 0x80);
        yield return (byte)value;
    }
}
