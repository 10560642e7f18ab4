namespace Dataflow.Onnx.Inference;

/// <summary>A model that computes a vector for each token of a text; safe for any number of threads.</summary>
internal sealed class TextEncoder : IDisposable
{
    private const string Ids = "input_ids", Mask = "attention_mask", Types = "token_type_ids";
    private const string Output = "last_hidden_state";

    private TextEncoder(OnnxModel model, int dimensions) => (Model, Dimensions) = (model, dimensions);

    public OnnxModel Model { get; }

    /// <summary>The length of a token's vector.</summary>
    public int Dimensions { get; }

    /// <summary>Checks that a model is a text encoder; disposes it if it is not.</summary>
    public static TextEncoder Of(OnnxModel model)
    {
        try
        {
            CheckInputs(model);
            return new TextEncoder(model, ReadDimensions(model));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Runs the model on texts that are padded to one length.</summary>
    public void Run(TextBatch batch, int texts, int length)
    {
        var tokens = texts * length;
        var inputs = new ModelTensor[Model.Inputs.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            var name = Model.Inputs[i].Name;
            var values = name switch { Ids => batch.Ids, Mask => batch.Mask, _ => batch.Types };
            inputs[i] = ModelTensor.Of(name, values.AsMemory(0, tokens), texts, length);
        }

        var hidden = batch.Hidden.AsMemory(0, tokens * Dimensions);
        Model.Run(inputs, [ModelTensor.Of(Output, hidden, texts, length, Dimensions)]);
    }

    public void Dispose() => Model.Dispose();

    private static void CheckInputs(OnnxModel model)
    {
        var areKnown = model.Inputs.All(input =>
            input.Name is Ids or Mask or Types && input.ElementType == typeof(long) && input.Shape.Count == 2);
        if (!areKnown || model.Inputs.All(input => input.Name != Ids))
            throw ModelException.OtherInputs(model.Path, OnnxModel.Describe(model.Inputs));
    }

    private static int ReadDimensions(OnnxModel model)
    {
        var output = model.Outputs.FirstOrDefault(output => output.Name == Output);
        if (output is { Shape: [_, _, > 0 and { } dimensions] } && output.ElementType == typeof(float)) return dimensions;
        throw ModelException.OtherOutput(model.Path, OnnxModel.Describe(model.Outputs));
    }
}
