using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Ordering;

/// <summary>A step whose records wait for the watermark.</summary>
public sealed class InOrderTests : StepContract
{
    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 10);

    protected override IReadOnlyList<string> Expected => Texts(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Texts(All.Where(static reading => reading.Value != Broken));

    [Fact]
    public void Without_event_time_the_plan_says_what_to_add_and_that_helps()
    {
        var pipeline = Begin(fails: false);
        var readings = pipeline.From(Topic.Of<Reading>("readings").StopAtEnd());
        readings.KeyBy(static reading => reading.Key).InOrder(Text).Values().To(Sink.Memory<string>());

        Assert.Equal(
            ["step 'in-order' has no time to order by. Add WithEventTime(...) before KeyBy."],
            Assert.Throws<PlanException>(pipeline.Explain).Faults);
        Create(fails: false).Explain();
    }

    [Fact]
    public void The_watermark_ends_at_the_newest_time_of_all_workers()
    {
        using var log = SimulatedJob.OpenLog();
        Fill(log);
        var job = SimulatedJob.Start(Create(fails: false), log, workers: 3);
        job.Run();

        Assert.Equal(All.Max(static reading => reading.Time), job.Status.Steps.Single(static step => step.Name == "in-order").WatermarkMs);
    }

    // Each 20 in the opposite order.
    protected override void Fill(LogStore log) => log.Write("readings", All.Chunk(20).SelectMany(static some => some.Reverse()));

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.From(Topic.Of<Reading>("readings").StopAtEnd())
            .WithEventTime(static reading => reading.Time, TimeSpan.FromMilliseconds(250))
            .KeyBy(static reading => reading.Key)
            .InOrder((count, reading) => Text(count, reading with { Value = Check(reading.Value, fails) }))
            .Values().To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static string Text(long count, Reading reading) => $"{reading.Key}, number {count}: {reading.Value}";

    private static string[] Texts(IEnumerable<Reading> readings)
        => [.. readings.GroupBy(static reading => reading.Key)
            .SelectMany(static key => key.OrderBy(static reading => reading.Time).Select(static (reading, index) => Text(index, reading)))
            .Order(StringComparer.Ordinal)];
}
