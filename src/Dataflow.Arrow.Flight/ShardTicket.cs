using System.Text.Json;
using System.Text.Json.Serialization;
using Grpc.Core;

namespace Dataflow.Arrow.Flight;

/// <summary>A trainer's request as a Flight command: a training set from the trainer's cursor on.</summary>
internal sealed record TrainingRequest
{
    public required string Set { get; init; }

    /// <summary>The name of the trainer and its cursor. Null: all present rows, without a cursor.</summary>
    public string? Trainer { get; init; }

    /// <summary>The pass over the set, from 0. Each has a cursor and a range of its own.</summary>
    public int Epoch { get; init; }

    /// <summary>The seed of the shuffle; null: the log's order.</summary>
    public long? Seed { get; init; }

    /// <summary>The number of rows that are shuffled together.</summary>
    public int Window { get; set; } = 4096; // not init: the reader would set that to 0

    /// <exception cref="RpcException">The text is not a request.</exception>
    public static TrainingRequest Read(ReadOnlySpan<byte> text)
        => TicketJson.Read(text, TicketJson.Default.TrainingRequest, "command").Checked();

    private TrainingRequest Checked()
    {
        ShardTicket.Check(Window, Epoch);
        if (Trainer is { Length: 0 or > 100 }) throw FlightErrors.Invalid("'trainer' must have 1 to 100 characters");
        return this;
    }
}

/// <summary>A part of a shard, as a trainer passes it to the server: readable JSON.</summary>
internal sealed record ShardTicket
{
    private const int MaxWindow = 1 << 16; // rows in memory, for each stream

    public required string Set { get; init; }

    public required int Shard { get; init; }

    /// <summary>The start of the epoch's range.</summary>
    public required long From { get; init; }

    /// <summary>The end of the epoch's range: the offset behind its last row.</summary>
    public required long To { get; init; }

    /// <summary>The trainer's progress: the next row's offset or, where rows are shuffled, its place.</summary>
    public required long At { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trainer { get; init; }

    public int Epoch { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seed { get; init; }

    public int Window { get; set; } = 4096; // not init: the reader would set that to 0

    public string ToText() => JsonSerializer.Serialize(this, TicketJson.Default.ShardTicket);

    /// <exception cref="RpcException">The text is not a ticket.</exception>
    public static ShardTicket Read(ReadOnlySpan<byte> text) => TicketJson.Read(text, TicketJson.Default.ShardTicket, "ticket").Checked();

    public static void Check(int window, int epoch)
    {
        if (window is < 1 or > MaxWindow) throw FlightErrors.Invalid($"'window' is {window}; it must be 1 to {MaxWindow}");
        if (epoch < 0) throw FlightErrors.Invalid($"'epoch' is {epoch}; it must not be negative");
    }

    private ShardTicket Checked()
    {
        Check(Window, Epoch);
        if (From < 0 || At < From || At > To) throw FlightErrors.Invalid($"'at' is {At}; it must be from 'from' ({From}) to 'to' ({To})");
        return this;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TrainingRequest))]
[JsonSerializable(typeof(ShardTicket))]
internal sealed partial class TicketJson : JsonSerializerContext
{
    public static T Read<T>(ReadOnlySpan<byte> text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw FlightErrors.Invalid($"the {what} is null");
        }
        catch (JsonException error)
        {
            throw FlightErrors.Invalid($"the {what} is not readable: {error.Message}");
        }
    }
}
