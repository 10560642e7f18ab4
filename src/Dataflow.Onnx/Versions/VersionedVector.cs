namespace Dataflow.Onnx;

/// <summary>A text's vector, and the version of the model that made it.</summary>
/// <param name="Version">Its name.</param>
/// <param name="Vector">The array is the record's own.</param>
public sealed record VersionedVector(string Version, float[] Vector)
{
    /// <summary>What the tried version made of the text. Null where none is tried, or where it failed on the text.</summary>
    public VersionedVector? Tried { get; init; }
}
