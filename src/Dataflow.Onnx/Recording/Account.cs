namespace Dataflow.Onnx.Recording;

/// <summary>What a model was used for so far; written as it lies in memory.</summary>
internal record struct Account(long Calls, long Texts, long Tokens, long Microseconds, long SavedTexts, long SavedTokens)
{
    public readonly ModelUsage ToUsage(string model)
        => new(model, Calls, Texts, Tokens, TimeSpan.FromMicroseconds(Microseconds), SavedTexts, SavedTokens);
}
