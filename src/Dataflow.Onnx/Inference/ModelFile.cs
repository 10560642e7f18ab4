using System.Security.Cryptography;

namespace Dataflow.Onnx.Inference;

/// <summary>A model's bytes, read once, so that the checked bytes are those that run.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="Bytes">The content, with the weights that it keeps in other files.</param>
/// <param name="Sha256">The hash of the content, in lower-case hexadecimal.</param>
internal readonly record struct ModelFile(string Path, byte[] Bytes, string Sha256)
{
    public static ModelFile Read(string path, OnnxOptions options)
    {
        var bytes = ReadBytes(path, options);
        try
        {
            bytes = ExternalWeights.Include(path, bytes, options);
        }
        catch (FormatException cause)
        {
            CheckHash(path, HashOf(bytes), options);
            throw ModelException.NotOnnx(path, cause);
        }

        var hash = HashOf(bytes);
        CheckHash(path, hash, options);
        return new ModelFile(path, bytes, hash);
    }

    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Reads a file of a model, if its place is allowed and it is not too long.</summary>
    public static byte[] ReadBytes(string path, OnnxOptions options)
        => RegularFile.Read(Allow(path, options.AllowedDirectory), options.MaxFileBytes);

    private static void CheckHash(string path, string found, OnnxOptions options)
    {
        if (options.ExpectedSha256 is { } expected && !expected.Equals(found, StringComparison.OrdinalIgnoreCase))
            throw ModelException.OtherHash(path, expected.ToLowerInvariant(), found);
    }

    /// <summary>Resolves the links of a file's path, and refuses it outside the allowed directory.</summary>
    private static string Allow(string path, string? directory)
    {
        if (directory is null) return path;
        var real = WithoutLinks(path);
        var root = System.IO.Path.TrimEndingDirectorySeparator(WithoutLinks(directory)) + System.IO.Path.DirectorySeparatorChar;
        return real.StartsWith(root, StringComparison.Ordinal) ? real : throw ModelException.NotAllowed(path, directory);
    }

    private static string WithoutLinks(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        var real = System.IO.Path.GetPathRoot(path)!;
        foreach (var part in path[real.Length..].Split(System.IO.Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = System.IO.Path.Combine(real, part);
            if (new FileInfo(real).ResolveLinkTarget(returnFinalTarget: true) is { } target) real = WithoutLinks(target.FullName);
        }

        return real;
    }
}
