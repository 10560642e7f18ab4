using MessagePack;

namespace Dataflow.Processing;

/// <summary>A value in state and the moment, in ms since the Unix epoch, from which it is not seen any more.</summary>
internal record struct Expiring<T>(T Value, long UntilMs)
{
    /// <summary>The value.</summary>
    [Key(0)]
    public T Value = Value;

    /// <summary>The moment from which it is not seen any more.</summary>
    [Key(1)]
    public long UntilMs = UntilMs;
}
