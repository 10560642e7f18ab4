namespace Dataflow.Onnx;

/// <summary>The usage of a step's model, and the work saved by recorded results: the base of its costs.</summary>
/// <remarks>Summed over all jobs of the pipeline, as far back as the step's topic of results goes.</remarks>
/// <param name="Model">The model's name.</param>
/// <param name="Calls">The number of calls that gave results.</param>
/// <param name="Texts">The number of texts passed to the model.</param>
/// <param name="Tokens">The number of their tokens; 0 for models that do not say.</param>
/// <param name="Time">The total time of its calls; with concurrent calls it exceeds the elapsed time.</param>
/// <param name="SavedTexts">The number of texts whose result was recorded already, or being computed.</param>
/// <param name="SavedTokens">The number of tokens of the texts whose result was recorded.</param>
public sealed record ModelUsage(
    string Model, long Calls, long Texts, long Tokens, TimeSpan Time, long SavedTexts, long SavedTokens);
