using Dataflow.Checkpoints;
using Dataflow.Extensibility;
using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Runtime;
using Dataflow.State;
using Dataflow.Testing;

namespace Dataflow.Tests.Sharing;

/// <summary>The numbers of splits, which records have on their way between processes and in state that moves.</summary>
public sealed class SplitNumbersTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(0b_0000_0001)]
    [InlineData(0b_1000_0000)]
    [InlineData(0b_0110_1010)]
    public void A_process_that_finds_the_checkpoint_of_another_numbers_the_splits_as_that_one_has(int committed)
    {
        foreach (var topic in new[] { "first", "second" }) _log.Append<int>(topic, [], partition: 0, partitions: 4);
        var pipeline = new Pipeline("numbers");
        pipeline.From(Topic.Of<int>("first", 4)).Union(pipeline.From(Topic.Of<int>("second", 4))).To(Topic.Of<int>("copies"));
        var sources = SplitTable.Describe(Plan.Of(pipeline), new SourceContext(_log, TimeProvider.System), process: null);
        var first = new SplitTable(sources, RestoredCheckpoint.Of([], ShardSet.All));
        var checkpoint = new Manifest
        {
            Epoch = 1, Shards = uint.MaxValue, IsFinished = false, Blobs = new Dictionary<string, SavedPart[]>(),
            Positions = [.. first.Names.Index().Where(split => (committed & (1 << split.Index)) != 0)
                .Select(static split => At(split.Index, split.Item))],
        };

        var second = new SplitTable(sources, RestoredCheckpoint.Of([checkpoint], new ShardSet(~(ulong)uint.MaxValue)));

        Assert.Equal(8, first.Names.Count);
        Assert.Equal(first.Names, second.Names);
        Assert.Equal(
            sources.SelectMany(source => first.Of((Node)source.Source)).Select(static split => split.Id),
            sources.SelectMany(source => second.Of((Node)source.Source)).Select(static split => split.Id));
    }

    private static SplitPosition At(int id, string name)
        => new() { Name = name, Id = id, Position = 0, End = null, IsFinished = false };
}
