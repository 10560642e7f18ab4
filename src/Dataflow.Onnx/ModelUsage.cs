namespace Dataflow.Onnx;

/// <summary>What a step's model was used for, and what it was spared: the costs, in what they are made of.</summary>
/// <remarks>Counted over all jobs of the pipeline, as far back as the step's topic of results goes.</remarks>
/// <param name="Model">The model's name.</param>
/// <param name="Calls">Calls that gave results.</param>
/// <param name="Texts">Texts that were given to it.</param>
/// <param name="Tokens">Their tokens; 0 for models that do not say.</param>
/// <param name="Time">The time of its calls, added up: with several at once it is longer than the clock's.</param>
/// <param name="SavedTexts">Texts whose result was there already, or on its way.</param>
/// <param name="SavedTokens">The tokens of those whose result was there.</param>
public sealed record ModelUsage(
    string Model, long Calls, long Texts, long Tokens, TimeSpan Time, long SavedTexts, long SavedTokens);
