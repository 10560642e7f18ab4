using MessagePack;

namespace Dataflow.Tables;

/// <summary>The state of a group.</summary>
[DataflowRecord]
internal struct GroupState<TAccumulator>
{
    /// <summary>The aggregate's accumulator.</summary>
    [Key(0)]
    public TAccumulator Accumulator;

    /// <summary>The number of values in the group.</summary>
    [Key(1)]
    public long Count;
}
