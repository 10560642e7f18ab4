using System.Security.Cryptography;

namespace Dataflow.Onnx.Inference;

/// <summary>A model's bytes, read once, so that the bytes that were checked are the bytes that run.</summary>
/// <param name="Path">Where they were read.</param>
/// <param name="Bytes">The file.</param>
/// <param name="Sha256">Their hash, in lower-case hexadecimal.</param>
internal readonly record struct ModelFile(string Path, byte[] Bytes, string Sha256)
{
    public static ModelFile Read(string path, string? expectedSha256)
    {
        if (!File.Exists(path)) throw ModelException.FileMissing(path);
        var bytes = File.ReadAllBytes(path);
        var found = HashOf(bytes);
        if (expectedSha256 is not null && !expectedSha256.Equals(found, StringComparison.OrdinalIgnoreCase))
            throw ModelException.OtherHash(path, expectedSha256.ToLowerInvariant(), found);
        return new ModelFile(path, bytes, found);
    }

    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
