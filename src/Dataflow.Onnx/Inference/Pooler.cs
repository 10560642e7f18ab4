using System.Numerics.Tensors;

namespace Dataflow.Onnx.Inference;

/// <summary>Combines the vectors of a text's tokens into the text's vector.</summary>
internal sealed class Pooler(EmbeddingOptions options, string model)
{
    /// <param name="hidden">The tokens' vectors, one after the other.</param>
    /// <param name="vector">The buffer for the text's vector.</param>
    /// <exception cref="ModelException">The vector is not finite.</exception>
    public void Pool(ReadOnlySpan<float> hidden, Span<float> vector)
    {
        hidden[..vector.Length].CopyTo(vector);
        var tokens = hidden.Length / vector.Length;
        for (var token = 1; token < tokens && options.Pooling != Pooling.Cls; token++)
        {
            var other = hidden.Slice(token * vector.Length, vector.Length);
            if (options.Pooling == Pooling.Mean) Vectors.Add(vector, other);
            else Vectors.Max(vector, other);
        }

        // Scaled to length 1, a sum equals a mean.
        if (options is { Pooling: Pooling.Mean, IsNormalized: false }) Vectors.Scale(vector, 1f / tokens);
        if (options.IsNormalized) Vectors.Normalize(vector);
        if (!TensorPrimitives.IsFiniteAll<float>(vector)) throw ModelException.NotFinite(model, tokens);
    }
}
