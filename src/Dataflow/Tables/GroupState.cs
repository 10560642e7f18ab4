using MessagePack;

namespace Dataflow.Tables;

/// <summary>The state of a group.</summary>
internal struct GroupState<TAccumulator>
{
    /// <summary>What the aggregate keeps.</summary>
    [Key(0)]
    public TAccumulator Accumulator;

    /// <summary>How many values are in the group.</summary>
    [Key(1)]
    public long Count;
}
