using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Reference;

/// <summary>A step that reads all of its second stream before any of the first.</summary>
public sealed class NameTests : StepContract
{
    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 9);

    protected override IReadOnlyList<string> Expected => Texts(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Texts(All.Where(static reading => reading.Value != Broken));

    [Fact]
    public void The_plan_says_what_is_read_first()
        => Assert.Contains("names (read before streams start)", Create(fails: false).Explain().ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_second_stream_that_never_ends_is_refused_and_the_remedy_helps()
    {
        Assert.Equal(
            ["step 'named' reads all of its second stream before the first, but source 'names' never ends. "
                + "Give it one that ends: of a topic, StopAtEnd()."],
            Assert.Throws<PlanException>(Naming("readings", Topic.Of<Reading>("names")).Explain).Faults);

        Naming("readings", Topic.Of<Reading>("names").StopAtEnd()).Explain();
    }

    [Fact]
    public void A_source_of_both_streams_is_refused_and_the_remedy_helps()
    {
        var pipeline = Begin(fails: false);
        var readings = pipeline.Readings("readings");
        readings.Named(readings.Pairs.Select(static pair => pair.Value.Key).KeyBy(static key => key, "again").Named(), Text)
            .Values().To(Sink.Memory<string>());

        Assert.Equal(
            ["step 'named' reads all of its second stream before the first, but source 'readings' of the first is read before streams "
                + "start, too. Have another pipeline write it to a topic, and read one of the two from there."],
            Assert.Throws<PlanException>(pipeline.Explain).Faults);

        Naming("readings", Topic.Of<Reading>("copy-of-readings").StopAtEnd()).Explain();
    }

    [Fact]
    public void Event_time_is_that_of_the_first_stream()
    {
        var pipeline = Begin(fails: false);
        pipeline.Readings("readings")
            .Named(pipeline.From(Topic.Of<Reading>("names").StopAtEnd()).KeyBy(static name => name.Key, "key-of-names").Named(), Text)
            .Window(Tumbling.Every(TimeSpan.FromSeconds(1))).Aggregate(static a => a.Count(), static (_, _, count) => count)
            .Values().To(Sink.Memory<long>());

        Assert.Contains("tumbling", pipeline.Explain().ToString(), StringComparison.OrdinalIgnoreCase);
    }

    protected override void Fill(LogStore log)
    {
        log.Write("readings", All);
        log.Write("names", Enumerable.Range(0, 400).Select(static number => new Reading(number % 12, 0, number)));
    }

    protected override Pipeline Create(bool fails) => Naming("readings", Topic.Of<Reading>("names").StopAtEnd(), fails);

    private static Pipeline Naming(string readings, Topic<Reading> names, bool fails = false)
    {
        var pipeline = Begin(fails);
        pipeline.Readings(readings)
            .Named(
                pipeline.From(names).KeyBy(static name => name.Key, "key-of-names").Named(),
                (name, reading) => Text(name, reading with { Value = Check(reading.Value, fails) }))
            .Values().To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static string Text(string name, Reading reading) => $"{name}: {reading.Value}";

    // The last name of a key: 388 to 399.
    private static string[] Texts(IEnumerable<Reading> readings)
        => [.. readings
            .Select(static reading => Text($"name {Enumerable.Range(388, 12).Single(name => name % 12 == reading.Key)}", reading))
            .Order(StringComparer.Ordinal)];
}

internal static class Names
{
    public static KeyedStream<int, string> Named(this KeyedStream<int, Reading> stream)
        => stream.Select(static reading => $"name {reading.Value}", "name");

    public static KeyedStream<int, string> Named(this KeyedStream<int, int> stream)
        => stream.Select(static number => $"name {number}", "name");
}
