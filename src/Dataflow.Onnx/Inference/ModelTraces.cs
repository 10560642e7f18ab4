using System.Diagnostics;

namespace Dataflow.Onnx.Inference;

/// <summary>The spans of calls of models, from the source of activities <c>Dataflow</c>. Without a listener none is made.</summary>
internal static class ModelTraces
{
    private static readonly ActivitySource s_source = new("Dataflow");

    /// <summary>Begins the span of a call.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="inputs">The number of texts or rows of the call.</param>
    public static Activity? Begin(string model, int inputs)
        => s_source.StartActivity("dataflow.model.call")?.SetTag("model", model).SetTag("inputs", inputs);

    /// <summary>Says that the call has failed; the text of an error may hold what nobody is to see.</summary>
    public static void Fail(this Activity? span, Exception error)
        => span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error.GetType().FullName);
}
