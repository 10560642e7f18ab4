namespace Dataflow.Onnx;

/// <summary>A text's vector, and the version of the model that made it.</summary>
/// <param name="Version">The version's name.</param>
/// <param name="Vector">The vector; the array belongs to the record.</param>
public sealed record VersionedVector(string Version, float[] Vector)
{
    /// <summary>The tried version's vector of the text. Null if none is tried, or if it failed on the text.</summary>
    public VersionedVector? Tried { get; init; }
}
