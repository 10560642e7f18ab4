using MessagePack;

namespace Dataflow.Perf.Nexmark;

/// <summary>Somebody who registers, to sell or to bid.</summary>
[DataflowRecord]
public sealed class Person : Event
{
    [Key(2)]
    public long Id { get; init; }

    [Key(3)]
    public string Name { get; init; } = "";

    [Key(4)]
    public string Email { get; init; } = "";

    [Key(5)]
    public string Card { get; init; } = "";

    [Key(6)]
    public string City { get; init; } = "";

    [Key(7)]
    public string State { get; init; } = "";

    [Key(8)]
    public string Extra { get; init; } = "";
}
