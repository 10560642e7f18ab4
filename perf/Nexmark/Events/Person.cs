using MessagePack;

namespace Dataflow.Perf.Nexmark;

/// <summary>Somebody who registers, to sell or to bid.</summary>
[DataflowRecord]
public sealed class Person : Event
{
    [Key(2)]
    public long Id { get; init; }

    [Key(3)]
    public Utf8 Name { get; init; }

    [Key(4)]
    public Utf8 Email { get; init; }

    [Key(5)]
    public Utf8 Card { get; init; }

    [Key(6)]
    public Utf8 City { get; init; }

    [Key(7)]
    public Utf8 State { get; init; }

    [Key(8)]
    public Utf8 Extra { get; init; }
}
