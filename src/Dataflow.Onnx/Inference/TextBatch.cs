namespace Dataflow.Onnx.Inference;

/// <summary>The input and output of a call with one or several texts; grows to the largest call, and is reused.</summary>
internal sealed class TextBatch
{
    public long[] Ids { get; private set; } = [];

    /// <summary>The attention mask: 1 for an id of a text, 0 for padding.</summary>
    public long[] Mask { get; private set; } = [];

    /// <summary>The token types, all zero: every text is a first sentence.</summary>
    public long[] Types { get; private set; } = [];

    /// <summary>The output: a vector for each id.</summary>
    public float[] Hidden { get; private set; } = [];

    /// <summary>Makes room; the content is lost.</summary>
    public void EnsureRoom(int tokens, int dimensions)
    {
        if (Ids.Length < tokens) (Ids, Mask, Types) = (new long[tokens], new long[tokens], new long[tokens]);
        if (Hidden.Length < tokens * dimensions) Hidden = new float[tokens * dimensions];
    }
}
