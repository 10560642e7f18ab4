using Microsoft.ML.OnnxRuntime;

namespace Dataflow.Onnx.Inference;

/// <summary>Tests whether a model takes texts of a number of tokens, by trying: most have a fixed number of positions.</summary>
internal sealed class LengthProbe(TextEncoder encoder, TextTokenizer tokenizer)
{
    // A longer text may take seconds, and memory that a program without such texts does not need.
    private const int MaxTried = 1024;

    private readonly long _first = tokenizer.Encode("")[0]; // an id that every text has, so that only the length is tried

    /// <exception cref="ModelException">The model takes fewer tokens.</exception>
    public void Check(int maxTokens)
    {
        var (takes, fails) = (TextTokenizer.MinTokens, Math.Min(maxTokens, MaxTried));
        if (FaultOf(fails) is not { } fault || FaultOf(takes) is not null) return; // the length is not the cause
        while (fails - takes > 1)
        {
            var between = (takes + fails) / 2;
            if (FaultOf(between) is null) takes = between;
            else fails = between;
        }

        throw ModelException.TooManyTokens(encoder.Model.Path, maxTokens, takes, fault);
    }

    private OnnxRuntimeException? FaultOf(int tokens)
    {
        var batch = new TextBatch();
        batch.EnsureRoom(tokens, encoder.Dimensions);
        batch.Ids.AsSpan(0, tokens).Fill(_first);
        batch.Mask.AsSpan(0, tokens).Fill(1);
        try
        {
            encoder.Run(batch, texts: 1, tokens);
            return null;
        }
        catch (ModelException error)
        {
            return error.InnerException as OnnxRuntimeException; // else it took too long, or is too large for a call
        }
    }
}
