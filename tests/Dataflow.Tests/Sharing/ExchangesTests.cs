using Dataflow.Checkpoints;
using Dataflow.Planning;
using Dataflow.Tests.Operators;

namespace Dataflow.Tests.Sharing;

/// <summary>A new version of a pipeline whose processes have left records in repartition topics.</summary>
public class ExchangesTests
{
    [Fact]
    public void Other_exchanges_than_those_of_the_checkpoint_are_refused_with_the_difference()
    {
        Check("exchange by key (Int32) of String");
        var error = Assert.Throws<PlanException>(() => Check("exchange by key (Int64) of String"));

        Assert.Contains("- the pipeline lacks   exchange by key (Int64) of String", error.Message, StringComparison.Ordinal);
        Assert.Contains("- the pipeline has     exchange by key (Int32) of String", error.Message, StringComparison.Ordinal);
    }

    private static void Check(string exchange)
    {
        var pipeline = new Pipeline("texts");
        pipeline.From(Topic.Of<string>("in")).KeyBy(static text => text.Length).Process(static () => new RunningCount<int, string>())
            .Values().To(Topic.Of<long>("out"));
        var manifest = new Manifest
        {
            Epoch = 1, Format = Manifest.CurrentFormat, Positions = [], Blobs = new Dictionary<string, SavedPart[]>(), IsFinished = false,
            Exchanges = [exchange],
        };
        new RestoredCheckpoint(manifest).CheckMatches(Plan.Of(pipeline), []);
    }
}
