using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests;

/// <summary>What a person sees who hovers over a value in a debugger or writes it to a log.</summary>
public sealed class ToStringTests
{
    [Fact]
    public void Everything_that_a_person_holds_says_what_it_is()
    {
        var pipeline = new Pipeline("orders");
        var source = Source.Of(["a", "b", "a"], "words");
        var words = pipeline.From(source);
        var keyed = words.KeyBy(word => word.Length);
        var counts = keyed.Aggregate(a => a.Count(), (_, n) => n);
        var sink = Sink.Memory<string>("out");
        keyed.Values().To(sink);
        counts.To(Topic.Of<long>("counts"));
        using var log = SimulatedJob.OpenLog();
        var job = SimulatedJob.Start(pipeline, log);
        job.Run();

        Assert.Equal("Source 'words'", source.ToString());
        Assert.Equal("Sink 'out'", sink.ToString());
        Assert.Equal("Stream of String from 'words'", words.ToString());
        Assert.Equal("Stream of String by Int32 from 'key-by'", keyed.ToString());
        Assert.Equal("Table 'aggregate' of Int64 by Int32", counts.ToString());
        Assert.Matches("^Pipeline 'orders' of [0-9]+ steps$", pipeline.ToString());
        Assert.Equal($"Log '{log.Directory}' (Memory)", log.ToString());
        Assert.Equal("Finished: 3 records read, 0 ahead, 0 dead letters, 1 entries of state, checkpoint 1", job.Status.ToString());
        Assert.Equal("key-by: 3 in, 3 out", job.Status.Steps[0].ToString());
    }
}
