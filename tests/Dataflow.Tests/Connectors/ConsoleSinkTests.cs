namespace Dataflow.Tests.Connectors;

public class ConsoleSinkTests
{
    [Fact]
    public void Prints_each_result_once_and_only_after_its_checkpoint()
    {
        using var console = new StringWriter { NewLine = "\n" };
        using var writer = new ConsoleSink<int>(value => $"<{value}>", console).Open(default, new SinkContext(null!, 0));
        writer.Write(new Record<int>(1, 0, default));
        writer.Prepare(new CheckpointOutput());
        writer.Write(new Record<int>(2, 0, default));
        Assert.Equal("", console.ToString());
        writer.Commit();
        Assert.Equal("<1>\n", console.ToString());
        writer.Prepare(new CheckpointOutput());
        writer.Commit();
        Assert.Equal("<1>\n<2>\n", console.ToString());
    }

    [Fact]
    public void Several_streams_can_be_printed_where_their_sinks_have_names()
    {
        var pipeline = new Pipeline("prints");
        var numbers = pipeline.From(Source.Of(1, 2));
        numbers.To(Sink.Console<int>());
        numbers.To(Sink.Console<int>());
        var refused = Assert.Throws<PlanException>(() => pipeline.Explain());

        pipeline = new Pipeline("prints");
        numbers = pipeline.From(Source.Of(1, 2));
        numbers.To(Sink.Console<int>());
        numbers.To(Sink.Console<int>(name: "second"));

        Assert.Contains("Give each a sink of its own, with a name of its own", refused.Message, StringComparison.Ordinal);
        Assert.Contains("second", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_a_crash_costs() => Assert.Equal(
        "at most once: a crash between a checkpoint and its lines loses the lines", Sink.Console<int>().Guarantee);
}
