using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Onnx.Tests;

/// <summary>With models of two columns: a weighted sum, and a table that is looked up, which fails beyond its end.</summary>
public sealed class ScoreTests : IDisposable
{
    private readonly TemporaryFolder _directory = new();
    private readonly OnnxModel _sums;
    private readonly OnnxModel _lookups;

    public ScoreTests()
    {
        _sums = Load("sums", WeightedSums());
        _lookups = Load("lookups", LookUp());
    }

    public void Dispose()
    {
        _sums.Dispose();
        _lookups.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Agrees_with_LINQ_in_the_order_of_the_input()
        => Gen.Select(Gen.Select(Gen.Int[-100, 100], Gen.Int[-100, 100]).Array[0, 300], Gen.Int[1, 3]).Sample(
            (rows, workers) =>
            {
                var orders = rows.Select(row => new Order(row.Item1, row.Item2)).ToArray();

                var scored = Harness.Run(orders, s => s.Score(_sums, Features, (order, scores) => (order, scores[0], scores[1])), workers);

                Assert.Equal(orders.Select(order => (order, (2f * order.Price) + order.Pieces, -order.Pieces + 1f)), scored);
            },
            iter: 30);

    [Fact]
    public void A_keyed_stream_keeps_its_keys()
    {
        var scored = Harness.Run(
            [new Order(1, 2), new Order(3, 4)],
            s => s.KeyBy(order => order.Pieces).Score(_sums, Features, (_, scores) => scores[0]).Pairs);

        Assert.Equal([new Keyed<float, float>(2, 4), new Keyed<float, float>(4, 10)], scored);
    }

    [Fact]
    public void Calls_the_model_once_for_a_batch()
    {
        using var log = SimulatedJob.OpenLog();
        var results = Sink.Memory<float>();

        var job = Run(log, Enumerable.Range(0, 640), s => s.Score(_lookups, Pair, (_, scores) => scores[0]), results);

        var step = job.Status.Steps.Single(step => step.Name == "score");
        Assert.Equal((640, 640, 0), (step.In, step.Emitted, step.InFlight));
        Assert.Equal(10, step.Calls); // of 64 records each, as the simulation reads them
        Assert.Equal(Enumerable.Range(0, 640).Select(number => (10f * (number % 5)) + number), results.Committed);
    }

    [Fact]
    public void Gives_a_model_that_quantises_while_it_runs_one_value_a_call()
    {
        using var model = Load("quantised", Quantised());
        using var log = SimulatedJob.OpenLog();
        var results = Sink.Memory<float>();

        var job = Run(log, [1, 1000, 2], s => s.Score(model, [number => number], (_, scores) => scores[0]), results);

        Assert.Equal(3, job.Status.Steps.Single(step => step.Name == "score").Calls);
        Assert.Equal([1f, 1000f, 2f], results.Committed); // together they would have a scale of 1000 / 255
    }

    /// <summary>No name says so of any of these.</summary>
    [Theory]
    [InlineData("quantised by hand")]
    [InlineData("softmax of the batch")]
    [InlineData("another library's operator")]
    [InlineData("less the batch's mean")]
    [InlineData("only by negative values")]
    [InlineData("only by large values")]
    public void Gives_a_model_whose_scores_change_with_the_values_beside_them_one_value_a_call(string kind)
    {
        using var model = Load("model", kind switch
        {
            "quantised by hand" => HandQuantised(),
            "softmax of the batch" => OfOneNode(OnnxFile.Node("Softmax", ["x"], ["y"], OnnxFile.IntegerAttribute("axis", 0))),
            "another library's operator" => OfOneNode(
                OnnxFile.NodeOf("com.microsoft", "DynamicQuantizeMatMul", ["x", "w", "scale"], ["y"]),
                OnnxFile.Bytes8("w", [1, 1], 1), OnnxFile.Floats("scale", [], 1)),
            "only by negative values" => OfOneNode(
                OnnxFile.Node("Neg", ["x"], ["minus"]), OnnxFile.Node("Relu", ["minus"], ["part"]),
                OnnxFile.Node("ReduceMean", ["part"], ["mean"], OnnxFile.IntegersAttribute("axes", 0)),
                OnnxFile.Node("Add", ["x", "mean"], ["y"])),
            "only by large values" => OfOneNode(
                OnnxFile.Node("Sub", ["x", "most"], ["rest"]), OnnxFile.Node("Relu", ["rest"], ["part"]),
                OnnxFile.Node("ReduceMean", ["part"], ["mean"], OnnxFile.IntegersAttribute("axes", 0)),
                OnnxFile.Node("Add", ["x", "mean"], ["y"]),
                OnnxFile.Floats("most", [], 5_000)),
            _ => OfOneNode(
                OnnxFile.Node("ReduceMean", ["x"], ["mean"], OnnxFile.IntegersAttribute("axes", 0)),
                OnnxFile.Node("Sub", ["x", "mean"], ["rest"]), OnnxFile.Node("Sigmoid", ["rest"], ["y"])),
        });
        using var log = SimulatedJob.OpenLog();
        var (together, alone) = (Sink.Memory<float>(), new float[1]);

        Run(log, [1, 100_000, -2], s => s.Score(model, [number => number], (_, scores) => scores[0]), together);

        Assert.All(together.Committed.Zip([1f, 100_000f, -2f]), pair =>
        {
            model.Run([ModelTensor.Of<float>("x", new[] { pair.Second }, 1, 1)], [ModelTensor.Of<float>("y", alone, 1, 1)]);
            Assert.Equal(alone[0], pair.First);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_value_that_the_model_fails_on_becomes_a_dead_letter_and_the_others_go_on_in_order(int workers)
    {
        using var log = SimulatedJob.OpenLog();
        var results = Sink.Memory<float>();
        var numbers = Enumerable.Range(0, 300).ToArray();

        var job = Run(
            log, numbers, s => s.Score(_lookups, [number => number % 50 == 7 ? 99 : 0, number => number], (_, scores) => scores[0]),
            results, workers);

        Assert.Equal(numbers.Where(number => number % 50 != 7).Select(number => (float)number), results.Committed);
        var letters = Topic.Of<DeadLetter>("orders.dead-letters").ReadAll(log).ToArray();
        Assert.Equal(numbers.Where(number => number % 50 == 7).Select(number => (long)number), letters.Select(letter => letter.Position));
        Assert.All(letters, letter => Assert.Equal(
            ("score",
                "Model 'lookups': a call with x Single[1, 2] failed. Other values may work. The inner error has ONNX Runtime's reason."),
            (letter.Step, letter.Reason)));
        Assert.Equal(6, job.Status.Steps.Single(step => step.Name == "score").DeadLetters);
    }

    [Fact]
    public void A_function_of_the_user_s_that_throws_is_one_record_s_fault()
    {
        using var log = SimulatedJob.OpenLog();
        var results = Sink.Memory<int>();

        Run(
            log, Enumerable.Range(0, 10),
            s => s.Score(
                _lookups, [number => number == 3 ? throw new FormatException("Feature.") : 1, number => number],
                (number, _) => number == 5 ? throw new FormatException("Result.") : number),
            results);

        Assert.Equal([0, 1, 2, 4, 6, 7, 8, 9], results.Committed);
        Assert.Equal(
            [(3, "Feature."), (5, "Result.")],
            Topic.Of<DeadLetter>("orders.dead-letters").ReadAll(log).Select(letter => ((int)letter.Position, letter.Reason)));
    }

    [Fact]
    public void Without_dead_letters_a_value_that_fails_stops_the_job()
    {
        var error = Assert.Throws<OperatorException>(
            () => Harness.Run([0, 1, 99, 3], s => s.Score(_lookups, [number => number, _ => 0], (number, _) => number)));

        Assert.Equal(("score", 2), (error.Step, error.Position));
        Assert.IsType<ModelException>(error.InnerException);
    }

    [Fact]
    public void Scores_go_before_the_watermark_that_follows_them()
    {
        Order[] orders = [.. Enumerable.Range(0, 500).Select(number => new Order(number, 1))];

        var sums = Harness.Run(orders, s => s.WithEventTime(order => (long)order.Price)
            .Score(_sums, Features, (order, scores) => (Order: order, Score: scores[0]))
            .Window(Tumbling.Every(TimeSpan.FromMilliseconds(10))).Aggregate(a => a.Count(), (_, count) => count), workers: 1);

        Assert.Equal(Enumerable.Repeat(10L, 50), sums);
    }

    [Fact]
    public void A_job_that_is_dropped_between_checkpoints_gives_each_result_once()
    {
        using var log = SimulatedJob.OpenLog();
        var results = Sink.Memory<float>();
        var numbers = Enumerable.Range(0, 1000).ToArray();
        for (var life = 0; life < 4; life++)
        {
            var dropped = SimulatedJob.Start(
                Pipeline(numbers, s => s.Score(_lookups, Pair, (_, scores) => scores[0]), results), log, 2, seed: life);
            for (var step = 0; step < 20; step++) dropped.Step();
            if (!dropped.HasFinished) dropped.Checkpoint();
            for (var step = 0; step < 10; step++) dropped.Step();
            dropped.Close();
        }

        SimulatedJob.Start(Pipeline(numbers, s => s.Score(_lookups, Pair, (_, scores) => scores[0]), results), log, 2).Run();

        Assert.Equal(numbers.Select(number => (10f * (number % 5)) + number), results.Committed);
    }

    [Fact]
    public void The_plan_shows_the_model_and_its_faults()
    {
        Assert.Contains("score (model sums on CPU, 2 features)", Explain(_sums, Features), StringComparison.Ordinal);
        Assert.Contains(
            "step 'score': model 'sums' takes 2 columns, but there are 1 features. Give one function for each column.",
            FaultOf(_sums, [order => order.Price]), StringComparison.Ordinal);
        Assert.Contains(
            "step 'score': model 'sums' gives scores Single[batch, 2], where 'other' should be Single[any] or Single[any, N]. Say which "
                + "with the argument 'output'.",
            FaultOf(_sums, Features, "other"), StringComparison.Ordinal);
        using var texts = Load("texts", OnnxFile.Model(OnnxFile.Graph(
            OnnxFile.Node("Identity", ["ids"], ["same"]), OnnxFile.Input("ids", OnnxFile.Int64, OnnxFile.Any, 2),
            OnnxFile.Output("same", OnnxFile.Int64, OnnxFile.Any, 2))));
        Assert.Contains(
            "step 'score': model 'texts' takes ids Int64[batch, 2], not rows of floats. Score takes models of one input, Single[any, "
                + "columns].",
            FaultOf(texts, Features), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_gives_maps_is_to_be_exported_without_them()
    {
        using var maps = Load("maps", OnnxFile.Model(OnnxFile.Graph(
            OnnxFile.Node("ArgMax", ["x"], ["label"], OnnxFile.IntegerAttribute("axis", 1), OnnxFile.IntegerAttribute("keepdims", 0)),
            OnnxFile.NodeOf("ai.onnx.ml", "ZipMap", ["x"], ["probabilities"], OnnxFile.IntegersAttribute("classlabels_int64s", 0, 1)),
            OnnxFile.Input("x", OnnxFile.Float, OnnxFile.Any, 2), OnnxFile.Output("label", OnnxFile.Int64, OnnxFile.Any),
            OnnxFile.MapsOutput("probabilities"))));
        using var labels = Load("labels", OnnxFile.Model(OnnxFile.Graph(
            OnnxFile.Node("ArgMax", ["x"], ["label"], OnnxFile.IntegerAttribute("axis", 1), OnnxFile.IntegerAttribute("keepdims", 0)),
            OnnxFile.Input("x", OnnxFile.Float, OnnxFile.Any, 2), OnnxFile.Output("label", OnnxFile.Int64, OnnxFile.Any))));

        foreach (var output in new[] { null, "probabilities" })
        {
            Assert.Contains(
                "step 'score': model 'maps' gives its scores as a list or a map: probabilities. Only tensors can be read; "
                + "export it without ZipMap (skl2onnx: options={'zipmap': False}).",
                FaultOf(maps, Features, output), StringComparison.Ordinal);
        }

        Assert.Contains(
            "step 'score': model 'labels' gives label Int64[batch], but no scores: Score takes models that give Single[any] or Single[any, "
                + "N].",
            FaultOf(labels, Features), StringComparison.Ordinal);
    }

    private static Func<Order, float>[] Features => [order => order.Price, order => order.Pieces];

    private static Func<int, float>[] Pair => [number => number % 5, number => number];

    private static string Explain(OnnxModel model, Func<Order, float>[] features, string? output = null)
    {
        var pipeline = new Pipeline("orders");
        pipeline.From(Source.Of([new Order(1, 2)], "list")).Score(model, features, (_, scores) => scores[0], output)
            .To(Sink.Memory<float>());
        return pipeline.Explain().ToString();
    }

    private static string FaultOf(OnnxModel model, Func<Order, float>[] features, string? output = null)
        => Assert.Throws<PlanException>(() => Explain(model, features, output)).Message;

    private static Pipeline Pipeline<TOut>(IEnumerable<int> numbers, Func<Stream<int>, Stream<TOut>> steps, MemorySink<TOut> results)
    {
        var pipeline = new Pipeline("orders") { OnError = ErrorPolicy.DeadLetter() };
        steps(pipeline.From(Source.Of([.. numbers], "numbers"))).To(results);
        return pipeline;
    }

    private static SimulatedJob Run<TOut>(
        LogStore log, IEnumerable<int> numbers, Func<Stream<int>, Stream<TOut>> steps, MemorySink<TOut> results, int workers = 1)
    {
        var job = SimulatedJob.Start(Pipeline(numbers, steps, results), log, workers);
        job.Run();
        return job;
    }

    private OnnxModel Load(string name, byte[] model)
    {
        File.WriteAllBytes(_directory[$"{name}.onnx"], model);
        return OnnxModel.Load(_directory[$"{name}.onnx"]);
    }

    /// <summary>Two scores: 2 · price + pieces, and 1 − pieces.</summary>
    private static byte[] WeightedSums() => OnnxFile.Model(OnnxFile.Graph(
        OnnxFile.Node("MatMul", ["x", "weights"], ["products"]), OnnxFile.Node("Add", ["products", "offsets"], ["scores"]),
        OnnxFile.Floats("weights", [2, 2], 2, 0, 1, -1), OnnxFile.Floats("offsets", [2], 0, 1),
        OnnxFile.Input("x", OnnxFile.Float, OnnxFile.Any, 2), OnnxFile.Output("scores", OnnxFile.Float, OnnxFile.Any, 2)));

    /// <summary>10 · first column + second column, by a table that ends at 4.</summary>
    private static byte[] LookUp() => OnnxFile.Model(OnnxFile.Graph(
        OnnxFile.Node("Gather", ["x", "zero"], ["first"], OnnxFile.IntegerAttribute("axis", 1)),
        OnnxFile.Node("Gather", ["x", "one"], ["second"], OnnxFile.IntegerAttribute("axis", 1)),
        OnnxFile.Node("Cast", ["first"], ["at"], OnnxFile.IntegerAttribute("to", OnnxFile.Int64)),
        OnnxFile.Node("Gather", ["table", "at"], ["found"]), OnnxFile.Node("Add", ["found", "second"], ["score"]),
        OnnxFile.Integers("zero", [], 0), OnnxFile.Integers("one", [], 1), OnnxFile.Floats("table", [5], 0, 10, 20, 30, 40),
        OnnxFile.Input("x", OnnxFile.Float, OnnxFile.Any, 2), OnnxFile.Output("score", OnnxFile.Float, OnnxFile.Any)));

    /// <summary>Rounded to a hundredth of the greatest value.</summary>
    private static byte[] HandQuantised() => OfOneNode(
        OnnxFile.Node("ReduceMax", ["x"], ["greatest"]), OnnxFile.Node("Div", ["x", "greatest"], ["part"]),
        OnnxFile.Node("Mul", ["part", "steps"], ["many"]),
        OnnxFile.Node("Round", ["many"], ["whole"]), OnnxFile.Node("Mul", ["whole", "greatest"], ["large"]),
        OnnxFile.Node("Div", ["large", "steps"], ["y"]),
        OnnxFile.Floats("steps", [], 100));

    private static byte[] OfOneNode(params byte[][] parts) => OnnxFile.Model(OnnxFile.Graph(
        [.. parts, OnnxFile.Input("x", OnnxFile.Float, OnnxFile.Any, 1), OnnxFile.Output("y", OnnxFile.Float, OnnxFile.Any, 1)]));

    private static byte[] Quantised() => OnnxFile.Model(OnnxFile.Graph(
        OnnxFile.Node("DynamicQuantizeLinear", ["x"], ["q", "scale", "zero"]),
        OnnxFile.Node("DequantizeLinear", ["q", "scale", "zero"], ["y"]),
        OnnxFile.Input("x", OnnxFile.Float, OnnxFile.Any, 1), OnnxFile.Output("y", OnnxFile.Float, OnnxFile.Any, 1)));

    private sealed record Order(float Price, float Pieces);
}
