namespace Dataflow.Onnx.Inference;

/// <summary>What a call with one or several texts reads and writes; grows to the largest call, and is used again.</summary>
internal sealed class TextBatch
{
    public long[] Ids { get; private set; } = [];

    /// <summary>1 for an id of a text, 0 for one that fills a shorter one up.</summary>
    public long[] Mask { get; private set; } = [];

    /// <summary>All zero: every text is a first sentence.</summary>
    public long[] Types { get; private set; } = [];

    /// <summary>A vector for each id.</summary>
    public float[] Hidden { get; private set; } = [];

    /// <summary>Makes room; what was in it is lost.</summary>
    public void EnsureRoom(int tokens, int dimensions)
    {
        if (Ids.Length < tokens) (Ids, Mask, Types) = (new long[tokens], new long[tokens], new long[tokens]);
        if (Hidden.Length < tokens * dimensions) Hidden = new float[tokens * dimensions];
    }
}
