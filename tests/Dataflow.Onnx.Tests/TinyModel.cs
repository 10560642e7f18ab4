namespace Dataflow.Onnx.Tests;

/// <summary>Writes a text encoder of one node, which looks ids up in a table: every token's vector is known.</summary>
internal sealed record TinyModel
{
    public static readonly string[] Pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "##b"];

    public string[] Inputs { get; init; } = ["input_ids", "attention_mask", "token_type_ids"];

    public int InputType { get; init; } = OnnxFile.Int64;

    public string Output { get; init; } = "last_hidden_state";

    /// <summary>One row a piece.</summary>
    public float[][] Table { get; init; } = [[0, 0], [1, 0], [3, 4], [0, 2], [5, 12], [-8, 6], [0, 1]];

    /// <summary>How long a text may be at most: each place has a vector of zeros that is added.</summary>
    public int? Positions { get; init; }

    /// <summary>Whether what is looked up is quantised, with one scale for all that is in the batch.</summary>
    public bool IsDynamicallyQuantized { get; init; }

    /// <summary>Whether what is looked up is divided by the greatest value of all that is in the batch.</summary>
    public bool DividesByGreatest { get; init; }

    /// <summary>Whether each token's vector has those of all tokens that the mask lets through added.</summary>
    public bool AddsUpByMask { get; init; }

    /// <summary>Writes the model and its vocabulary into a directory.</summary>
    public void WriteTo(TemporaryFolder directory)
    {
        File.WriteAllBytes(directory["model.onnx"], ToBytes());
        File.WriteAllLines(directory["vocab.txt"], Pieces);
    }

    private byte[] ToBytes()
    {
        var width = Table[0].Length;
        byte[][] nodes = this switch
        {
            { IsDynamicallyQuantized: true } =>
            [
                OnnxFile.Node("Gather", ["table", Inputs[0]], ["found"]),
                OnnxFile.Node("DynamicQuantizeLinear", ["found"], ["q", "scale", "zero"]),
                OnnxFile.Node("DequantizeLinear", ["q", "scale", "zero"], [Output]),
            ],
            { Positions: { } positions } =>
            [
                OnnxFile.Node("Shape", [Inputs[0]], ["shape"]), OnnxFile.Node("Gather", ["shape", "one"], ["length"]),
                OnnxFile.Node("Range", ["zero", "length", "one"], ["places"]), OnnxFile.Node("Gather", ["zeros", "places"], ["added"]),
                OnnxFile.Node("Gather", ["table", Inputs[0]], ["found"]), OnnxFile.Node("Add", ["found", "added"], [Output]),
                OnnxFile.Integers("zero", [], 0), OnnxFile.Integers("one", [], 1),
                OnnxFile.Floats("zeros", [positions, width], new float[positions * width]),
            ],
            { DividesByGreatest: true } =>
            [
                OnnxFile.Node("Gather", ["table", Inputs[0]], ["found"]),
                OnnxFile.Node("ReduceMax", ["found"], ["greatest"]), OnnxFile.Node("Div", ["found", "greatest"], [Output]),
            ],
            { AddsUpByMask: true } =>
            [
                OnnxFile.Node("Gather", ["table", Inputs[0]], ["found"]),
                OnnxFile.Node("Cast", [Inputs[1]], ["weights"], OnnxFile.IntegerAttribute("to", OnnxFile.Float)),
                OnnxFile.Node("Unsqueeze", ["weights", "last"], ["columns"]), OnnxFile.Node("Mul", ["found", "columns"], ["weighted"]),
                OnnxFile.Node("ReduceSum", ["weighted", "tokens"], ["sum"]), OnnxFile.Node("Add", ["found", "sum"], [Output]),
                OnnxFile.Integers("last", [1], 2), OnnxFile.Integers("tokens", [1], 1),
            ],
            _ => [OnnxFile.Node("Gather", ["table", Inputs[0]], [Output])],
        };
        return OnnxFile.Model(OnnxFile.Graph(
            [.. nodes,
            OnnxFile.Floats("table", [Table.Length, width], [.. Table.SelectMany(row => row)]),
            .. Inputs.Select(input => OnnxFile.Input(input, InputType, OnnxFile.Any, OnnxFile.Any)),
            OnnxFile.Output(Output, OnnxFile.Float, OnnxFile.Any, OnnxFile.Any, width)]));
    }
}
