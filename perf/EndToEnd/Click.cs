using MessagePack;

namespace Dataflow.Perf.EndToEnd;

public enum Kind : byte
{
    View,
    Click,
    Cart,
    Buy,
    Search,
}

/// <summary>The members of the workload's event.</summary>
public abstract class ClickEvent
{
    [Key(0)]
    public long UserId { get; set; }

    [Key(1)]
    public long Timestamp { get; set; }

    [Key(2)]
    public string Page { get; set; } = "";

    [Key(3)]
    public double Amount { get; set; }

    [Key(4)]
    public int LatencyMs { get; set; }

    [Key(5)]
    public Kind Kind { get; set; }

    [Key(6)]
    public string Session { get; set; } = "";

    [Key(7)]
    public string Agent { get; set; } = "";
}

/// <summary>The event as a plain class, whose codec is found by reflection.</summary>
public sealed class Click : ClickEvent;

/// <summary>The same with a codec made at compile time.</summary>
[DataflowRecord]
public sealed class GeneratedClick : ClickEvent;

/// <summary>The same as a struct whose texts are slices of the bytes that were read.</summary>
[DataflowRecord]
public readonly record struct StructClick(
    [property: Key(0)] long UserId,
    [property: Key(1)] long Timestamp,
    [property: Key(2)] Utf8 Page,
    [property: Key(3)] double Amount,
    [property: Key(4)] int LatencyMs,
    [property: Key(5)] Kind Kind,
    [property: Key(6)] Utf8 Session,
    [property: Key(7)] Utf8 Agent);

/// <summary>What the query computes for each user and minute.</summary>
public sealed record UserMinute(
    [property: Key(0)] long WindowStart,
    [property: Key(1)] long UserId,
    [property: Key(2)] long Count,
    [property: Key(3)] double Sum,
    [property: Key(4)] int Max);
