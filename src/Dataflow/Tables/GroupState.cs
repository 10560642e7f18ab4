using System.Diagnostics.CodeAnalysis;
using MessagePack;

namespace Dataflow;

/// <summary>What is kept of a group: public for its serializer alone.</summary>
[MessagePackObject]
[SuppressMessage("Design", "CA1051", Justification = "An accumulator is changed in place.")]
public struct GroupState<TAccumulator>
{
    /// <summary>What the aggregate keeps.</summary>
    [Key(0)]
    public TAccumulator Accumulator;

    /// <summary>How many values are in the group.</summary>
    [Key(1)]
    public long Count;
}
