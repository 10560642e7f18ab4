using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Serialization;

namespace Dataflow.Checkpoints;

/// <summary>The description of a checkpoint beside outputs and state changes, which are in the same commit of the log.</summary>
internal sealed record Manifest
{
    public const int CurrentFormat = 7; // 6: without changes of parts of values, 5: without packs of changes; both are read too

    private const int OldestFormat = 5;

    /// <summary>The number of the checkpoint, from 1.</summary>
    public required long Epoch { get; init; }

    /// <summary>The shards that it is about, a bit for each: the newest manifest of a shard counts.</summary>
    public ulong Shards { get; init; } = ulong.MaxValue;

    /// <summary>The owner of the commit: see <see cref="LogMembership.Owner"/>.</summary>
    public string Owner { get; init; } = "";

    /// <summary>This process, as others name it: its machine and number.</summary>
    public static string ThisProcess { get; } = $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>The process that wrote it.</summary>
    public string Process { get; init; } = "";

    /// <summary>The address that the process has told; null: none.</summary>
    public Uri? Address { get; init; }

    /// <summary>The version of the format of state and of its description; null in manifests that are older than that.</summary>
    public int? Format { get; init; }

    /// <summary>Whether this version can read the state.</summary>
    [JsonIgnore]
    public bool IsReadable => Format is >= OldestFormat and <= CurrentFormat;

    /// <summary>The states of all steps; empty in manifests of older formats.</summary>
    public IReadOnlyList<DeclaredState> States { get => field ?? []; init; }

    /// <summary>The types of what is in state, and in the topics of <see cref="Exchanges"/>, with their members.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Types
    {
        get => field ?? ReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>.Empty;
        init;
    }

    /// <summary>The schemas of these values, by type: what was ever written, as long as the state is there.</summary>
    public IReadOnlyDictionary<string, ValueSchema> Schemas { get => field ?? ReadOnlyDictionary<string, ValueSchema>.Empty; init; }

    /// <summary>The schemas of keys, by type, in the same way.</summary>
    public IReadOnlyDictionary<string, ValueSchema> Keys { get => field ?? ReadOnlyDictionary<string, ValueSchema>.Empty; init; }

    /// <summary>The serdes that were given for types of keys.</summary>
    public IReadOnlyDictionary<string, string> KeySerdes { get => field ?? ReadOnlyDictionary<string, string>.Empty; init; }

    public required IReadOnlyList<SplitPosition> Positions { get; init; }

    /// <summary>The names of all splits, where other processes read some of them; otherwise those of the positions are all.</summary>
    public IReadOnlyList<string> SharedSplits { get => field ?? []; init; }

    /// <summary>The names of splits that were added while the pipeline ran, and that others are to read: a process that does not know them
    /// starts again.</summary>
    public IReadOnlyList<string> AddedSplits { get => field ?? []; init; }

    /// <summary>The exchanges between processes, with their types: their topics hold records that the next run must be able to
    /// read.</summary>
    public IReadOnlyList<string> Exchanges { get => field ?? []; init; }

    /// <summary>The bytes that steps and sinks save, by keys of their choice.</summary>
    public required IReadOnlyDictionary<string, SavedPart[]> Blobs { get; init; }

    /// <summary>Whether the input of the process had ended, and that of other processes that it had heard of.</summary>
    public bool HasEnded { get; init; }

    /// <summary>Whether the sources of all processes are to end at their current positions.</summary>
    public bool IsDraining { get; init; }

    /// <summary>Whether the input had ended and every result was emitted.</summary>
    public required bool IsFinished { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Default.Manifest);

    /// <summary>Reads a manifest; of one in another format, no more than that.</summary>
    public static Manifest Read(ReadOnlySpan<byte> bytes)
    {
        var (epoch, format) = JsonSerializer.Deserialize(bytes, ManifestJson.Default.ManifestFormat)
            ?? throw new JsonException("A manifest is null.");
        var unread = new Manifest
        {
            Epoch = epoch, Format = format, Positions = [], Blobs = new Dictionary<string, SavedPart[]>(), IsFinished = false,
        };
        return unread.IsReadable ? JsonSerializer.Deserialize(bytes, ManifestJson.Default.Manifest)! : unread;
    }
}

internal sealed record ManifestFormat(long Epoch, int? Format);

/// <summary>The JSON form of manifests, so that they can be read with any tool in an emergency.</summary>
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(ManifestFormat))]
internal sealed partial class ManifestJson : JsonSerializerContext;
