using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dataflow.Checkpoints;

/// <summary>What a checkpoint says besides outputs and state changes, which are in the same commit of the log.</summary>
internal sealed record Manifest
{
    public const int CurrentFormat = 2;

    /// <summary>The number of the checkpoint, from 1.</summary>
    public required long Epoch { get; init; }

    /// <summary>How keys are hashed and values written; null in manifests that are older than that.</summary>
    public int? Format { get; init; }

    /// <summary>One line for each step with state.</summary>
    public required IReadOnlyList<string> Signature { get; init; }

    public required IReadOnlyList<SplitPosition> Positions { get; init; }

    /// <summary>What steps and sinks keep, by keys of their choice.</summary>
    public required IReadOnlyDictionary<string, byte[]> Blobs { get; init; }

    /// <summary>Whether the input had ended and every result is out.</summary>
    public required bool IsFinished { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Default.Manifest);

    public static Manifest Read(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, ManifestJson.Default.Manifest)!;
}

/// <summary>How far a split was read.</summary>
internal sealed record SplitPosition
{
    public required string Name { get; init; }

    /// <summary>Its number in the pipeline's runs, which state may hold; null in manifests that are older than that.</summary>
    public int? Id { get; init; }

    /// <summary>Where to go on.</summary>
    public required long Position { get; init; }

    /// <summary>The records behind the position that are handled already; null: none.</summary>
    public HandledPart? Handled { get; init; }

    /// <summary>Where the split ends for this job, if that was known when it first started.</summary>
    public required long? End { get; init; }

    public required bool IsFinished { get; init; }

    /// <summary>What the reader said of what it had read.</summary>
    public byte[]? Mark { get; init; }
}

/// <summary>Manifests are JSON, so that they can be read with any tool on the day that matters.</summary>
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
