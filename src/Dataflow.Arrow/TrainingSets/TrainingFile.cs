using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dataflow.Arrow;

/// <summary>A file of a training set, as the manifest lists it.</summary>
public sealed record TrainingFile
{
    /// <summary>The file's name in the directory.</summary>
    public required string File { get; init; }

    /// <summary>The source of its rows: a topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition of the source from which its rows come.</summary>
    public required int Partition { get; init; }

    /// <summary>The file's number among those of the partition, from 0.</summary>
    public required int Sequence { get; init; }

    /// <summary><see cref="SinkContext.PlanHash"/> of the pipeline that wrote it.</summary>
    public required string Plan { get; init; }

    /// <summary>The number of rows.</summary>
    public required long Rows { get; init; }

    /// <summary>The offset of the first record with a row in the file.</summary>
    public required long From { get; init; }

    /// <summary>The offset behind the last record with a row in the file.</summary>
    public required long To { get; init; }
}

/// <summary>The list of a training set's files, as of the last checkpoint of the job that writes it.</summary>
public sealed record TrainingManifest
{
    /// <summary>The manifest's name in the set's directory.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The name of the pipeline that writes the set.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Whether the job has ended, so that no files will be added.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>The files, by topic, partition and sequence.</summary>
    public required IReadOnlyList<TrainingFile> Files { get; init; }

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, TrainingJson.Default.TrainingManifest);

    /// <summary>Reads a manifest.</summary>
    /// <param name="bytes">The content of the file.</param>
    /// <exception cref="JsonException">The bytes are not a manifest.</exception>
    public static TrainingManifest Read(ReadOnlySpan<byte> bytes)
        => JsonSerializer.Deserialize(bytes, TrainingJson.Default.TrainingManifest) ?? throw new JsonException("it is null");
}

/// <summary>The state, in a checkpoint, of a shard's file that is not published yet.</summary>
internal sealed record UnfinishedFile
{
    /// <summary>The file's rows and range so far; without rows the file does not exist yet.</summary>
    public required TrainingFile File { get; init; }

    /// <summary>Whether the file is full, so that the shard's next file follows.</summary>
    public required bool IsFull { get; init; }

    /// <summary>The result of <see cref="PartialFile.Prepare"/>.</summary>
    public required byte[] Partial { get; init; }

    /// <summary>The number of rows of each of its complete batches.</summary>
    public required IReadOnlyList<int> Batches { get; init; }

    /// <summary>The bytes of variable length of the rows behind these.</summary>
    public required long BatchBytes { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TrainingManifest))]
[JsonSerializable(typeof(UnfinishedFile[]))]
internal sealed partial class TrainingJson : JsonSerializerContext;
