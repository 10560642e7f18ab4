using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Dataflow.Onnx;

/// <summary>Arithmetic on embeddings, with the machine's vector instructions.</summary>
public static class Vectors
{
    /// <summary>Computes the dot product: for embeddings, whose length is 1, their cosine similarity, 1 for the same direction.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        if (left.Length != right.Length)
        {
            throw new ArgumentException(
                $"The vectors have {left.Length} and {right.Length} dimensions; only equal ones compare.");
        }

        var lefts = MemoryMarshal.Cast<float, Vector<float>>(left);
        var rights = MemoryMarshal.Cast<float, Vector<float>>(right);
        var sums = Vector<float>.Zero;
        for (var i = 0; i < lefts.Length; i++) sums += lefts[i] * rights[i];
        var sum = Vector.Sum(sums);
        for (var i = lefts.Length * Vector<float>.Count; i < left.Length; i++) sum += left[i] * right[i];
        return sum;
    }

    /// <summary>Adds <paramref name="addend"/> to <paramref name="sum"/>, which is as long.</summary>
    internal static void Add(Span<float> sum, ReadOnlySpan<float> addend)
    {
        var sums = MemoryMarshal.Cast<float, Vector<float>>(sum);
        var addends = MemoryMarshal.Cast<float, Vector<float>>(addend);
        for (var i = 0; i < sums.Length; i++) sums[i] += addends[i];
        for (var i = sums.Length * Vector<float>.Count; i < sum.Length; i++) sum[i] += addend[i];
    }

    /// <summary>Raises each value of <paramref name="greatest"/> to that of <paramref name="other"/>, which is as long.</summary>
    internal static void Max(Span<float> greatest, ReadOnlySpan<float> other)
    {
        for (var i = 0; i < greatest.Length; i++) greatest[i] = MathF.Max(greatest[i], other[i]);
    }

    /// <summary>Multiplies each value.</summary>
    internal static void Scale(Span<float> vector, float factor)
    {
        foreach (ref var value in vector) value *= factor;
    }

    /// <summary>Scales a vector to length 1, unless it is zero or not finite.</summary>
    internal static void Normalize(Span<float> vector)
    {
        var square = Dot(vector, vector);
        if (!float.IsNormal(square))
        {
            // Beyond a float's range, unless it is scaled to about 1 first.
            var max = MathF.Abs(TensorPrimitives.MaxMagnitude<float>(vector));
            if (max == 0 || !float.IsFinite(max)) return;
            foreach (ref var value in vector) value /= max;
            square = Dot(vector, vector);
        }

        var length = MathF.Sqrt(square);
        foreach (ref var value in vector) value /= length;
    }
}
