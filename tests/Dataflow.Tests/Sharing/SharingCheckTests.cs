using Dataflow.Tests.Operators;

namespace Dataflow.Tests.Sharing;

/// <summary>What several processes cannot share, and why.</summary>
public class SharingCheckTests
{
    [Fact]
    public void Streams_between_topics_and_to_files_are_shared()
    {
        var pipeline = new Pipeline("shared");
        var counts = pipeline.From(Topic.Of<string>("in")).WithEventTime(static text => (long)text.Length).KeyBy(static text => text)
            .Window(Tumbling.Every(TimeSpan.FromMinutes(1))).Aggregate(static a => a.Count(), static (_, _, count) => count).Values();
        counts.To(Topic.Of<long>("out"));
        counts.To(Sink.JsonLines<long>("out.jsonl"));

        Assert.Empty(pipeline.Explain().ReasonsNotToShare);
    }

    [Fact]
    public void Each_reason_names_its_step()
    {
        using var folder = new TemporaryFolder();
        var pipeline = new Pipeline("whole");
        var names = pipeline.Table(Topic.Of<string>("names").StopAtEnd(), static name => name);
        pipeline.From(Source.JsonLines<string>(folder["in.jsonl"]).OrderBy(static text => text.Length)).KeyBy(static text => text)
            .Join(names, static (text, name) => text + name).Values()
            .Select(static text => new Func<string>(() => text)).KeyBy(static text => 1)
            .Process(static () => new RunningCount<int, Func<string>>()).Values().To(Sink.Memory<long>("out"));

        Assert.Equal(
            [
                "records at 'exchange' cannot be written",
                "sink 'out' may need the results of the whole pipeline",
            ],
            pipeline.Explain().ReasonsNotToShare.Select(static reason => reason.Split(':')[0]).Order(StringComparer.Ordinal));
    }
}
