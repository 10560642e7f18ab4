namespace Dataflow.Onnx.Inference;

/// <summary>A model as a scorer of tables: rows of floats in, rows of floats out.</summary>
internal sealed class ScoredModel
{
    private readonly TensorInfo? _output;

    /// <summary>Finds the matching inputs and outputs; if there are none, <see cref="Fault"/> says why.</summary>
    public ScoredModel(OnnxModel model, int columns, string? output)
    {
        Model = model;
        _output = output is null
            ? model.Outputs.Where(IsScores).Take(2).ToArray() is [var only] ? only : null
            : model.Outputs.FirstOrDefault(candidate => candidate.Name == output && IsScores(candidate));
        Width = _output is { Shape: [_, { } width] } ? width : 1;
        Fault = FaultOf(columns, output);
        TakesOneRow = Fault is null
            && (model.IsDynamicallyQuantized || model.Inputs[0].Shape[0] is 1 || new RowProbe(Run, columns, Width).ShowsDependence());
    }

    public OnnxModel Model { get; }

    /// <summary>The number of scores of a row.</summary>
    public int Width { get; }

    /// <summary>Whether a call is limited to one row: the graph says so, or other rows would change its score.</summary>
    public bool TakesOneRow { get; }

    /// <summary>The reason why the model cannot score rows of that many columns, with the remedy; null if it can.</summary>
    public string? Fault { get; }

    /// <summary>Scores rows.</summary>
    /// <exception cref="ModelException">The model failed.</exception>
    public void Run(Memory<float> rows, int count, Memory<float> scores)
    {
        var room = scores[..(count * Width)];
        using var span = ModelTraces.Begin(Model.Name, count);
        try
        {
            Model.Run(
                [ModelTensor.Of(Model.Inputs[0].Name, rows, count, rows.Length / count)],
                [_output!.Shape.Count == 1 ? ModelTensor.Of(_output.Name, room, count) : ModelTensor.Of(_output.Name, room, count, Width)]);
        }
        catch (Exception error)
        {
            span.Fail(error);
            throw;
        }
    }

    private static bool IsScores(TensorInfo output)
        => output.ElementType == typeof(float) && output is { Shape: [null or 1] or [null or 1, not null] };

    private string? FaultOf(int columns, string? output)
    {
        if (Model.Inputs is not [{ Shape: [null or 1, var width] } input] || input.ElementType != typeof(float))
        {
            return $"model '{Model.Name}' takes {OnnxModel.Describe(Model.Inputs)}, not rows of floats. Score takes models of one input, "
                + "Single[any, columns].";
        }

        if (width is not null && width != columns)
            return $"model '{Model.Name}' takes {width} columns, but there are {columns} features. Give one function for each column.";
        if (columns == 0) return "there are no features. Give one function for each column of the model.";
        if (_output is not null) return null;
        var isAny = Model.Outputs.Any(IsScores);
        if (!isAny && Model.OtherOutputs.Count > 0)
        {
            return $"model '{Model.Name}' gives its scores as a list or a map: {string.Join(", ", Model.OtherOutputs)}. "
                + "Only tensors can be read; export it without ZipMap (skl2onnx: options={'zipmap': False}).";
        }

        return !isAny
            ? $"model '{Model.Name}' gives {OnnxModel.Describe(Model.Outputs)}, but no scores: Score takes models that give Single[any] or "
                + "Single[any, N]."
            : $"model '{Model.Name}' gives {OnnxModel.Describe(Model.Outputs)}, where {(output is null ? "one" : $"'{output}'")} should be "
                + "Single[any] or Single[any, N]. Say which with the argument 'output'.";
    }
}
