namespace Dataflow.Onnx.Tests;

/// <summary>With graphs of a few nodes, written by the tests.</summary>
public sealed class OnnxModelTests : IDisposable
{
    private readonly TemporaryFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    private string ModelPath => _directory["model.onnx"];

    [Fact]
    public void Says_what_it_takes_and_gives()
    {
        using var model = Load(Sum());

        Assert.Equal(["left Single[batch, 2]", "right Single[2]"], model.Inputs.Select(input => input.ToString()));
        Assert.Equal("sum Single[batch, 2]", Assert.Single(model.Outputs).ToString());
        Assert.Equal(typeof(float), model.Inputs[0].ElementType);
        Assert.Equal([null, 2], model.Inputs[0].Shape);
        Assert.Equal((ModelDevice.Cpu, false, "model"), (model.Device, model.IsDynamicallyQuantized, model.Name));
    }

    [Fact]
    public void Takes_inputs_by_name_in_any_order_and_fills_the_outputs()
    {
        using var model = Load(Sum());
        var sum = new float[4];

        model.Run([Tensor("right", [10, 20], 2), Tensor("left", [1, 2, 3, 4], 2, 2)], [Tensor("sum", sum, 2, 2)]);

        Assert.Equal([11, 22, 13, 24], sum);
    }

    [Fact]
    public void May_be_called_by_more_threads_than_run_at_once()
    {
        using var model = Load(Sum(), new OnnxOptions { Callers = 1, Timeout = TimeSpan.FromMinutes(1) });

        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, number =>
        {
            var sum = new float[2];
            model.Run([Tensor("left", [number, 1], 1, 2), Tensor("right", [1, 1], 2)], [Tensor("sum", sum, 1, 2)]);
            Assert.Equal([number + 1, 2], sum);
        });
    }

    [Fact]
    public void Refuses_other_inputs()
    {
        using var model = Load(Sum());
        var left = Tensor("left", [1, 2], 1, 2);
        var right = Tensor("right", [1, 2], 2);
        ModelTensor[][] wrong =
        [
            [],
            [left],
            [left, left],
            [left, Tensor("wrong", [1, 2], 2)],
            [left, Tensor("right", [1, 2, 3], 3)],
            [left, Tensor("right", [1, 2], 2, 1)],
            [left, ModelTensor.Of<double>("right", new double[2], 2)],
        ];

        Assert.All(wrong, inputs => Assert.Throws<ModelException>(() => model.Run(inputs, [])));
        Assert.Equal(
            "Model 'model': its inputs are left Single[batch, 2], right Single[2]; given were left Single[1, 2], right Single[3]. "
            + "Give tensors of these names, types and shapes.",
            Assert.Throws<ModelException>(() => model.Run(wrong[4], [])).Message);
    }

    [Fact]
    public void Refuses_other_outputs()
    {
        using var model = Load(Sum());
        ModelTensor[] inputs = [Tensor("left", [1, 2], 1, 2), Tensor("right", [1, 2], 2)];

        Assert.Equal(
            "Model 'model': its outputs are sum Single[batch, 2]; given were total Single[1, 2]. "
            + "Give tensors of these names, types and shapes.",
            Assert.Throws<ModelException>(() => model.Run(inputs, [Tensor("total", new float[2], 1, 2)])).Message);
        Assert.Throws<ModelException>(() => model.Run(inputs, []));
        var failed = Assert.Throws<ModelException>(() => model.Run(inputs, [Tensor("sum", new float[4], 2, 2)]));
        Assert.StartsWith(
            "Model 'model': a call with left Single[1, 2], right Single[2] failed.", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_must_be_as_many_as_their_shape_says()
        => Assert.StartsWith(
            "Tensor 'left': there are 3 values, but its shape [2, 2] has 4.",
            Assert.Throws<ArgumentException>(() => Tensor("left", new float[3], 2, 2)).Message, StringComparison.Ordinal);

    [Fact]
    public void Bounds_what_a_call_brings()
    {
        using var model = Load(Sum(), new OnnxOptions { MaxCallBytes = 100 });
        ModelTensor right = Tensor("right", new float[2], 2);

        model.Run([Tensor("left", new float[10], 5, 2), right], [Tensor("sum", new float[10], 5, 2)]);
        var error = Assert.Throws<ModelException>(
            () => model.Run([Tensor("left", new float[12], 6, 2), right], [Tensor("sum", new float[12], 6, 2)]));

        Assert.Equal(
            "Model 'model': a call has inputs and outputs of 104 bytes, more than the 100 of MaxCallBytes. "
            + "Give fewer rows at once, or raise the limit.",
            error.Message);
    }

    [Fact]
    public void Gives_a_call_up_that_takes_too_long_and_answers_the_next_one()
    {
        using var model = Load(Repeated(times: 1L << 26), new OnnxOptions { Timeout = TimeSpan.FromMilliseconds(50) }); // about a minute

        for (var i = 0; i < 2; i++)
        {
            var error = Assert.Throws<ModelException>(() => model.Run([Tensor("x", [1], 1)], [Tensor("y", new float[1], 1)]));
            Assert.Equal(
                "Model 'model': a call with x Single[1] took longer than 00:00:00.0500000 and was given up. "
                + "Give fewer rows at once, or a longer Timeout.",
                error.Message);
        }
    }

    [Fact]
    public void A_call_in_time_is_not_given_up()
    {
        using var model = Load(Repeated(times: 3), new OnnxOptions { Timeout = TimeSpan.FromMinutes(1) });
        var doubled = new float[1];

        for (var i = 0; i < 3; i++) model.Run([Tensor("x", [1], 1)], [Tensor("y", doubled, 1)]);

        Assert.Equal([8], doubled);
    }

    [Fact]
    public void Bounds_the_memory_of_all_models_together()
    {
        OnnxModel.LimitMemory(1L << 30); // for the rest of the process: no other test comes near it
        using var model = Load(Expanded());
        var greatest = new float[1];

        model.Run([Tensor("x", [7], 1), ModelTensor.Of<long>("length", new[] { 1L << 20 }, 1)], [Tensor("y", greatest, 1)]);
        var error = Assert.Throws<ModelException>(() => model.Run(
            [Tensor("x", [7], 1), ModelTensor.Of<long>("length", new[] { 1L << 29 }, 1)], [Tensor("y", greatest, 1)]));

        Assert.Equal([7], greatest);
        Assert.Contains("a call with x Single[1], length Int64[1] failed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_loaded_from_an_allowed_directory_only()
    {
        using var outside = new TemporaryFolder();
        Directory.CreateDirectory(_directory["models/tiny"]);
        File.WriteAllBytes(_directory["models/tiny/model.onnx"], Sum());
        File.WriteAllBytes(outside["model.onnx"], Sum());
        File.CreateSymbolicLink(_directory["models/link.onnx"], outside["model.onnx"]);
        Directory.CreateSymbolicLink(_directory["models/away"], outside.Path);
        Directory.CreateSymbolicLink(_directory["alias"], _directory["models"]);
        Directory.CreateDirectory(_directory["models-2"]);
        File.WriteAllBytes(_directory["models-2/model.onnx"], Sum());
        var options = new OnnxOptions { AllowedDirectory = _directory["models"] };

        foreach (var inside in new[] { "models/tiny/model.onnx", "models/../models/tiny/model.onnx", "alias/tiny/model.onnx" })
            OnnxModel.Load(_directory[inside], options).Dispose();
        foreach (var path in new[] { "models/link.onnx", "models/away/model.onnx", "models/../models-2/model.onnx", "models-2/model.onnx" })
        {
            var error = Assert.Throws<ModelException>(() => OnnxModel.Load(_directory[path], options));
            Assert.Equal(
                $"Model file '{_directory[path]}': it is not in '{_directory["models"]}', links followed. "
                + "Models are loaded from AllowedDirectory only; put it there, or allow another directory.",
                error.Message);
        }
    }

    [Fact]
    public void Is_loaded_with_the_expected_hash_and_length_only()
    {
        using (var model = Load(Sum()))
            OnnxModel.Load(ModelPath, new OnnxOptions { ExpectedSha256 = model.Sha256, MaxFileBytes = Sum().Length }).Dispose();

        Assert.Throws<ModelException>(() => OnnxModel.Load(ModelPath, new OnnxOptions { ExpectedSha256 = new string('0', 64) }));
        Assert.Equal(
            $"Model file '{ModelPath}': it has {Sum().Length} bytes, more than the 10 of MaxFileBytes. "
            + "Raise the limit if the model is meant to be that large.",
            Assert.Throws<ModelException>(() => OnnxModel.Load(ModelPath, new OnnxOptions { MaxFileBytes = 10 })).Message);
    }

    [Fact]
    public void A_first_call_when_it_is_loaded_shows_whether_it_works()
    {
        Load(Sum(), new OnnxOptions { WarmsUp = true }).Dispose();
        var never = OnnxFile.Model(OnnxFile.Graph(
            OnnxFile.Node("Reshape", ["x", "shape"], ["y"]), OnnxFile.Integers("shape", [1], 2),
            OnnxFile.Input("x", OnnxFile.Float, OnnxFile.Any), OnnxFile.Output("y", OnnxFile.Float, OnnxFile.Any)));

        Load(never).Dispose();
        var error = Assert.Throws<ModelException>(() => Load(never, new OnnxOptions { WarmsUp = true }));

        Assert.StartsWith($"Model file '{ModelPath}': its first call, with zeros, failed.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cuda_is_refused_where_ONNX_Runtime_does_not_offer_it()
    {
        File.WriteAllBytes(ModelPath, Sum());

        var error = Assert.Throws<ModelException>(() => OnnxModel.Load(ModelPath, new OnnxOptions { Device = ModelDevice.Cuda }));

        Assert.Contains(
            "CPUExecutionProvider only. Reference the package Microsoft.ML.OnnxRuntime.Gpu", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cannot_be_used_after_it_is_disposed()
    {
        var model = Load(Sum());
        model.Dispose();
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Run([], []));
    }

    [Fact]
    public async Task Waits_with_its_end_for_calls_that_run_and_refuses_those_that_wait()
    {
        for (var round = 0; round < 10; round++)
        {
            var model = Load(Repeated(times: 200), new OnnxOptions { Callers = 2 });
            var (begun, isDisposed) = (0, false);
            var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Assert.Throws<ObjectDisposedException>(CallOn))).ToList();
            SpinWait.SpinUntil(() => Volatile.Read(ref begun) > 20);
            Parallel.For(0, 2, _ => model.Dispose());
            Volatile.Write(ref isDisposed, true);

            await Task.WhenAll(callers);

            void CallOn()
            {
                while (true)
                {
                    var wasDisposed = Volatile.Read(ref isDisposed);
                    Interlocked.Increment(ref begun);
                    model.Run([Tensor("x", [1], 1)], [Tensor("y", new float[1], 1)]);
                    Assert.False(wasDisposed);
                }
            }
        }
    }

    private static ModelTensor Tensor(string name, float[] values, params long[] shape) => ModelTensor.Of<float>(name, values, shape);

    private OnnxModel Load(byte[] model, OnnxOptions? options = null)
    {
        File.WriteAllBytes(ModelPath, model);
        return OnnxModel.Load(ModelPath, options);
    }

    private static byte[] Sum() => OnnxFile.Model(OnnxFile.Graph(
        OnnxFile.Node("Add", ["left", "right"], ["sum"]),
        OnnxFile.Input("left", OnnxFile.Float, OnnxFile.Any, 2), OnnxFile.Input("right", OnnxFile.Float, 2),
        OnnxFile.Output("sum", OnnxFile.Float, OnnxFile.Any, 2)));

    /// <summary>Doubles a value many times.</summary>
    private static byte[] Repeated(long times)
    {
        var body = OnnxFile.Graph(
            OnnxFile.Node("Identity", ["go"], ["goes-on"]), OnnxFile.Node("Add", ["v", "v"], ["doubled"]),
            OnnxFile.Input("i", OnnxFile.Int64), OnnxFile.Input("go", OnnxFile.Bool), OnnxFile.Input("v", OnnxFile.Float, 1),
            OnnxFile.Output("goes-on", OnnxFile.Bool), OnnxFile.Output("doubled", OnnxFile.Float, 1));
        return OnnxFile.Model(OnnxFile.Graph(
            OnnxFile.Node("Loop", ["times", "", "x"], ["y"], OnnxFile.GraphAttribute("body", body)),
            OnnxFile.Integers("times", [], times),
            OnnxFile.Input("x", OnnxFile.Float, 1), OnnxFile.Output("y", OnnxFile.Float, 1)));
    }

    /// <summary>Repeats a value <c>length</c> times in memory and gives the greatest.</summary>
    private static byte[] Expanded() => OnnxFile.Model(OnnxFile.Graph(
        OnnxFile.Node("Expand", ["x", "length"], ["many"]), OnnxFile.Node("Sigmoid", ["many"], ["sigmoids"]),
        OnnxFile.Node("ArgMax", ["sigmoids"], ["at"]), OnnxFile.Node("Gather", ["many", "at"], ["y"]),
        OnnxFile.Input("x", OnnxFile.Float, 1), OnnxFile.Input("length", OnnxFile.Int64, 1), OnnxFile.Output("y", OnnxFile.Float, 1)));
}
