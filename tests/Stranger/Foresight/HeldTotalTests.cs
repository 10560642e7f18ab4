using Dataflow;

namespace Stranger.Foresight;

/// <summary>A step that looks ahead, behind one that emits when a batch has ended.</summary>
public sealed class HeldTotalTests : TotalTests
{
    protected override KeyedStream<int, long> Numbers(KeyedStream<int, long> numbers) => numbers.HoldToEndOfBatch();
}
