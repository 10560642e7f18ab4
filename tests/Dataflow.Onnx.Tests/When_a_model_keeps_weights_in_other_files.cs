using System.Runtime.InteropServices;

namespace Dataflow.Onnx.Tests;

/// <summary>A model that adds two numbers to rows: they lie in another file.</summary>
public sealed class When_a_model_keeps_weights_in_other_files : IDisposable
{
    private readonly TemporaryFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    private string ModelPath => _directory["model.onnx"];

    [Theory]
    [InlineData("model.onnx_data")]
    [InlineData("./model.onnx_data")]
    [InlineData("weights/model.onnx_data")]
    public void They_are_read_from_its_own_directory(string location)
    {
        Directory.CreateDirectory(_directory["weights"]);
        WriteWeights(location, 7, 10, 20);

        Assert.Equal([11, 22], Run(Write(("location", location), ("offset", "4"), ("length", "8"))));
        Assert.Equal([8, 12], Run(Write(("location", location), ("length", "8"))));
        Assert.Equal([11, 22], Run(Write(("location", location), ("offset", "4"))));
    }

    [Fact]
    public void They_are_read_from_nowhere_else()
    {
        using var other = new TemporaryFolder();
        foreach (var directory in new[] { other, _directory })
            File.WriteAllBytes(directory["data"], MemoryMarshal.AsBytes<float>(new float[] { 1, 2 }));
        Directory.CreateDirectory(_directory["model"]);
        File.CreateSymbolicLink(_directory["model/link"], _directory["data"]);
        Directory.CreateSymbolicLink(_directory["model/away"], other.Path);
        File.WriteAllBytes(Path.GetFileName(_directory.Path), MemoryMarshal.AsBytes<float>(new float[] { 1, 2 })); // where the program runs

        foreach (var location in new[] { _directory["data"], "../data", "x/../../data", "link", "away/data", "..\\data", "", "a//b" })
        {
            var error = Assert.Throws<ModelException>(() => Run(Write("model/model.onnx", ("location", location))));
            Assert.Equal(
                $"Model file '{_directory["model/model.onnx"]}': it keeps weights in '{location}'. Weights are read from the model's "
                    + "own "
                + "directory only, not through links; put the file itself there, or save the model with its weights in it.",
                error.Message);
        }

        foreach (var location in new[] { "*/_ORT_MEM_ADDR_/*", Path.GetFileName(_directory.Path), "missing" })
            Assert.Contains(
                ": it does not exist.", Assert.Throws<ModelException>(() => Run(Write("model/model.onnx", ("location", location)))).Message,
                StringComparison.Ordinal);
        File.Delete(Path.GetFileName(_directory.Path));
    }

    [Fact]
    public void However_the_model_says_so_they_are_not_read_from_elsewhere()
    {
        byte[][] spellings =
        [
            OnnxFile.Number(14, (1L << 32) + 1), OnnxFile.Message(OnnxFile.Number(14, 0), OnnxFile.Number(14, 1)),
            OnnxFile.Message(OnnxFile.Number(14, 1), OnnxFile.Bytes(14, [])),
            OnnxFile.Message(OnnxFile.Number(14, 1), OnnxFile.Text(14, "x")),
        ];
        foreach (var isElsewhere in spellings)
        {
            File.WriteAllBytes(ModelPath, OnnxFile.Model(OnnxFile.Graph(
                OnnxFile.Node("Add", ["x", "added"], ["y"]), OnnxFile.ExternalFloats("added", [2], isElsewhere, ("location", "../data")),
                OnnxFile.Input("x", OnnxFile.Float, OnnxFile.Any, 2), OnnxFile.Output("y", OnnxFile.Float, OnnxFile.Any, 2))));

            Assert.Contains(
                "keeps weights in '../data'", Assert.Throws<ModelException>(() => Run(ModelPath)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void They_lie_in_the_allowed_directory_with_it_and_are_no_longer_than_they_may_be()
    {
        WriteWeights("data", 1, 2);
        Directory.CreateDirectory(_directory["allowed"]);
        var path = Write(("location", "data"));

        OnnxModel.Load(path, new OnnxOptions { AllowedDirectory = _directory.Path }).Dispose();
        Assert.Throws<ModelException>(() => OnnxModel.Load(path, new OnnxOptions { AllowedDirectory = _directory["allowed"] }));
        Assert.Contains("more than the", Assert.Throws<ModelException>(
            () => OnnxModel.Load(path, new OnnxOptions { MaxFileBytes = (int)new FileInfo(path).Length - 30 })).Message,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("offset", "12", "it keeps weights in 'data' up to byte 12, but that file has 8.")]
    [InlineData("length", "9", "it keeps weights in 'data' up to byte 9, but that file has 8.")]
    [InlineData("offset", "-1", "it cannot be read as ONNX (The offset of its weights is '-1').")]
    [InlineData("length", "many", "it cannot be read as ONNX (The length of its weights is 'many').")]
    [InlineData("length", "4", "cannot run it")]
    public void They_are_as_long_as_the_model_says(string name, string value, string reason)
    {
        WriteWeights("data", 1, 2);

        var error = Assert.Throws<ModelException>(() => Run(Write(("location", "data"), (name, value))));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_weights_make_another_model()
    {
        WriteWeights("data", 1, 2);
        var path = Write(("location", "data"));
        var before = Sha256Of(path);
        Assert.Equal(before, Sha256Of(path));
        WriteWeights("data", 1, 3);

        var error = Assert.Throws<ModelException>(() => OnnxModel.Load(path, new OnnxOptions { ExpectedSha256 = before }));

        Assert.Contains($"its SHA-256 is {Sha256Of(path)}, expected {before}", error.Message, StringComparison.Ordinal);
        OnnxModel.Load(path, new OnnxOptions { ExpectedSha256 = Sha256Of(path) }).Dispose();
    }

    [Fact]
    public void They_may_belong_to_a_constant_of_a_graph_within_the_graph()
    {
        WriteWeights("data", 10, 20);
        var body = OnnxFile.Graph(
            OnnxFile.Node("Identity", ["go"], ["goes-on"]), OnnxFile.Node("Add", ["v", "added"], ["sum"]),
            OnnxFile.ExternalFloats("added", [2], ("location", "data")),
            OnnxFile.Input("i", OnnxFile.Int64), OnnxFile.Input("go", OnnxFile.Bool), OnnxFile.Input("v", OnnxFile.Float, 1, 2),
            OnnxFile.Output("goes-on", OnnxFile.Bool), OnnxFile.Output("sum", OnnxFile.Float, 1, 2));
        File.WriteAllBytes(ModelPath, OnnxFile.Model(OnnxFile.Graph(
            OnnxFile.Node("Loop", ["times", "", "x"], ["y"], OnnxFile.GraphAttribute("body", body)),
            OnnxFile.Integers("times", [], 3), OnnxFile.Input("x", OnnxFile.Float, 1, 2), OnnxFile.Output("y", OnnxFile.Float, 1, 2))));

        Assert.Equal([31, 62], Run(ModelPath));
    }

    [Fact]
    public void A_file_of_parts_in_parts_without_end_is_refused()
    {
        byte[] graph = [];
        for (var depth = 0; depth < 20_000; depth++) graph = OnnxFile.Message(
            OnnxFile.Bytes(1, OnnxFile.Bytes(5, OnnxFile.Bytes(6, graph))));
        File.WriteAllBytes(ModelPath, OnnxFile.Bytes(7, graph));

        Assert.Contains(
            "nested too deeply", Assert.Throws<ModelException>(() => OnnxModel.Load(ModelPath)).Message, StringComparison.Ordinal);
    }

    private static string Sha256Of(string path)
    {
        using var model = OnnxModel.Load(path);
        return model.Sha256;
    }

    private static float[] Run(string path)
    {
        using var model = OnnxModel.Load(path);
        var sum = new float[2];
        model.Run([ModelTensor.Of<float>("x", new float[] { 1, 2 }, 1, 2)], [ModelTensor.Of<float>("y", sum, 1, 2)]);
        return sum;
    }

    private void WriteWeights(string location, params float[] weights)
        => File.WriteAllBytes(_directory[location], MemoryMarshal.AsBytes(weights.AsSpan()));

    private string Write(params (string Key, string Value)[] entries) => Write("model.onnx", entries);

    private string Write(string file, params (string Key, string Value)[] entries)
    {
        File.WriteAllBytes(_directory[file], OnnxFile.Model(OnnxFile.Graph(
            OnnxFile.Node("Add", ["x", "added"], ["y"]), OnnxFile.ExternalFloats("added", [2], entries),
            OnnxFile.Input("x", OnnxFile.Float, OnnxFile.Any, 2), OnnxFile.Output("y", OnnxFile.Float, OnnxFile.Any, 2))));
        return _directory[file];
    }
}
