using MessagePack;

namespace Dataflow.Processing;

/// <summary>A value in state with the moment at which it expires, ms since the Unix epoch.</summary>
[DataflowRecord]
internal record struct Expiring<T>(T Value, long UntilMs)
{
    /// <summary>The value.</summary>
    [Key(0)]
    public T Value = Value;

    /// <summary>The moment from which the value is no longer visible.</summary>
    [Key(1)]
    public long UntilMs = UntilMs;
}
