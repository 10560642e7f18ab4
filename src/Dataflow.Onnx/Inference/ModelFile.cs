using System.Security.Cryptography;

namespace Dataflow.Onnx.Inference;

/// <summary>A model's bytes, read once, so that the bytes that were checked are the bytes that run.</summary>
/// <param name="Path">Where they were read.</param>
/// <param name="Bytes">The file.</param>
/// <param name="Sha256">Their hash, in lower-case hexadecimal.</param>
internal readonly record struct ModelFile(string Path, byte[] Bytes, string Sha256)
{
    public static ModelFile Read(string path, OnnxOptions options)
    {
        var bytes = ReadBytes(path, options);
        var found = HashOf(bytes);
        if (options.ExpectedSha256 is { } expected && !expected.Equals(found, StringComparison.OrdinalIgnoreCase))
            throw ModelException.OtherHash(path, expected.ToLowerInvariant(), found);
        return new ModelFile(path, bytes, found);
    }

    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Reads a file that belongs to a model, if it lies where it may and is not too long.</summary>
    public static byte[] ReadBytes(string path, OnnxOptions options)
    {
        path = Allow(path, options.AllowedDirectory);
        var file = new FileInfo(path);
        if (!file.Exists) throw ModelException.FileMissing(path);
        if (file.Length > options.MaxFileBytes) throw ModelException.TooLong(path, file.Length, options.MaxFileBytes);
        return File.ReadAllBytes(path);
    }

    /// <summary>A file's path without links, if it lies where it may.</summary>
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
