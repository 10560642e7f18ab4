namespace Dataflow.Onnx.Recording;

/// <summary>The usage of a model so far; written as it lies in memory.</summary>
internal record struct Account(long Calls, long Texts, long Tokens, long Microseconds, long SavedTexts, long SavedTokens)
{
    public readonly ModelUsage ToUsage(string model)
        => new(model, Calls, Texts, Tokens, TimeSpan.FromMicroseconds(Microseconds), SavedTexts, SavedTokens);
}
