using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Dataflow.Vectors;

/// <summary>A hash that identifies a vector: equal for equal numbers; 0 and −0 are equal.</summary>
internal static class VectorHash
{
    /// <summary>Computes the first half of the SHA-256.</summary>
    public static UInt128 Of(float[] vector)
    {
        var numbers = new float[vector.Length];
        TensorPrimitives.Add(vector, 0f, numbers); // −0 + 0 is 0
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(numbers.AsSpan()), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
