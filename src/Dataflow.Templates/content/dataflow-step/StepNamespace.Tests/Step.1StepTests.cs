using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;
using Xunit;

namespace StepNamespace.Tests;

public class Step__1StepTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Topic<Click> Clicks = Topic.Of<Click>("clicks", partitions: 1);
    private static readonly Topic<Click> Firsts = Topic.Of<Click>("firsts", partitions: 1);
    private static readonly Topic<Click> Repeats = Topic.Of<Click>("repeats", partitions: 1);

    [Fact]
    public void A_repeat_goes_to_the_side_also_after_a_restart()
    {
        using var driver = new PipelineDriver(() => Create(Clicks), workers: 2);
        driver.Feed(Clicks, By("ada", second: 0), By("ada", second: 20));
        driver.Restart();
        driver.Feed(Clicks, By("ada", second: 59), By("ada", second: 60));

        Assert.Equal([By("ada", second: 0), By("ada", second: 60)], driver.Read(Firsts));
        Assert.Equal([By("ada", second: 20), By("ada", second: 59)], driver.Read(Repeats));

        driver.Feed(Clicks, By("bob", second: 300), By("eve", second: 300));

        Assert.Equal(4, driver.Status.StateEntries); // ada is forgotten; the others have a value and a timer each
    }

    [Fact]
    public void No_crash_and_no_number_of_workers_changes_a_result()
        => new Simulation(
            fill: Fill,
            pipeline: () => Create(Clicks.StopAtEnd()),
            results: log => [.. Firsts.ReadAll(log).Concat(Repeats.ReadAll(log)).Select(click => click.ToString()).Order()])
            .Run(seeds: 20);

    private static Pipeline Create(Topic<Click> clicks)
    {
        var pipeline = new Pipeline("step__1");
        var repeats = new Output<Click>("repeats");
        var firsts = pipeline.From(clicks)
            .WithEventTime(click => click.Time, maxOutOfOrderness: TimeSpan.Zero)
            .KeyBy(click => click.User)
            .Step__1(TimeSpan.FromMinutes(1), repeats);

        firsts.To(Firsts);
        firsts.SideOutput(repeats).To(Repeats);
        return pipeline;
    }

    // In a simulation the log commits on the caller's thread, so nothing waits.
    private static void Fill(LogStore log)
    {
        var writer = log.OpenWriterAsync<string, Click>(Clicks).GetAwaiter().GetResult();
        for (var number = 0; number < 60; number++)
        {
            var click = By($"user {number % 3}", second: number * 13);
            writer.WriteAsync(click.User, click, click.Time).GetAwaiter().GetResult();
        }
    }

    private static Click By(string user, int second) => new(user, Noon.AddSeconds(second));

    public sealed record Click(string User, DateTimeOffset Time);
}
