using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Windows;

/// <summary>What windows give while all input is quiet, and what they give when it goes on.</summary>
public class QuietWindowTests
{
    private const long LatenessMs = 60;

    private static readonly Topic<Reading> s_readings = Topic.Of<Reading>("readings", partitions: 1);
    private static readonly Topic<string> s_results = Topic.Of<string>("results", partitions: 1);

    private static readonly (WindowSpec Windows, Trigger? Trigger)[] s_kinds =
    [
        (Tumbling.Every(Ms(100)), null),
        (Tumbling.Every(Ms(100), Ms(30)), new Trigger { AllowedLateness = Ms(50) }),
        (Tumbling.Every(Ms(200)), new Trigger { EarlyRecords = 2, EarlyEvery = Ms(50) }),
        (Hopping.Of(Ms(300), Ms(100)), null),
        (Hopping.Of([Ms(100), Ms(250)], Ms(50)), null),
        (Hopping.Of([Ms(100), Ms(250)], Ms(100)), new Trigger { AllowedLateness = Ms(10) }),
        (Cumulating.Of(Ms(400), Ms(100)), null),
        (Calendar.Days("Europe/Berlin"), null),
        (Sliding.Over(Ms(120)), null),
        (Session.WithGap(Ms(35)), null),
        (Session.WithGap(Ms(35)), new Trigger { AllowedLateness = Ms(40), EarlyRecords = 3 }),
    ];

    [Fact]
    public void The_last_results_are_those_of_an_input_without_pauses_whatever_the_windows_the_workers_and_the_restarts()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Int[0, s_kinds.Length - 1], Gen.Int[1, 4], Gen.Int[1, 4].Array[1, 6], Gen.Bool)
            .Sample(
                (readings, kind, workers, cuts, restarts) =>
                {
                    var withPauses = Last(Run(readings, s_kinds[kind], workers, cuts, restarts));
                    // Early results may show a session that grows still.
                    var expected = Last(
                        Run(readings, s_kinds[kind], 1, [], restarts: false).Where(result => result.Firing != Firing.Early));
                    foreach (var (window, result) in expected) Assert.Equal((window, result), (window, withPauses[window]));
                    if (s_kinds[kind].Windows is not SessionWindows) Assert.Equal(expected.Count, withPauses.Count);
                },
                iter: 150);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void All_windows_of_two_keys_in_four_partitions_give_a_result(int workers)
    {
        using var log = SimulatedJob.OpenLog();
        var clock = new SimulatedClock();
        for (var partition = 1; partition <= 2; partition++)
            log.Append(
                "readings", Enumerable.Range(0, 10).Select(minute => new Reading($"s{partition}", minute * 60_000, 1)), partition,
                partitions: 4);
        var job = SimulatedJob.Start(Minutes(Ms(200)), log, workers, clock: clock);
        job.RunUntilIdle();

        clock.Advance(TimeSpan.FromMilliseconds(250));
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Equal(18, s_results.ReadAll(log).Count());

        clock.Advance(TimeSpan.FromMinutes(1));
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Equal(20, s_results.ReadAll(log).Count());
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_continues_after_a_pause_is_not_late_and_updates_the_last_window(int workers)
    {
        using var driver = new PipelineDriver(() => Minutes(idleAfter: null), workers);
        driver.Feed(s_readings, Enumerable.Range(0, 60).Select(second => new Reading("a", second * 1_000, 1)));
        driver.Feed(s_readings, Enumerable.Range(60, 30).Select(second => new Reading("a", second * 1_000, 1)));
        Assert.Equal(["a 0 60 OnTime 0"], driver.Read(s_results));

        driver.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(["a 0 60 OnTime 0", "a 60000 30 Quiet 0"], driver.Read(s_results));
        driver.Restart();
        driver.Advance(TimeSpan.FromMinutes(10));

        driver.Feed(s_readings, Enumerable.Range(90, 30).Select(second => new Reading("a", second * 1_000, 1)));
        driver.Feed(s_readings, new Reading("a", 120_000, 1));
        Assert.Equal(["a 0 60 OnTime 0", "a 60000 30 Quiet 0", "a 60000 60 OnTime 1"], driver.Read(s_results));
        Assert.Equal(0, driver.Status.Steps.Sum(step => step.Late));
    }

    [Fact]
    public void A_window_that_did_not_change_since_the_quiet_gives_no_further_result()
    {
        using var driver = new PipelineDriver(() => Minutes(idleAfter: null), workers: 2);
        driver.Feed(s_readings, new Reading("a", 1_000, 1), new Reading("b", 2_000, 1));
        for (var spell = 0; spell < 3; spell++) driver.Advance(TimeSpan.FromMinutes(2));
        driver.Feed(s_readings, new Reading("b", 3_000, 1));
        driver.Advance(TimeSpan.FromMinutes(2));
        driver.Feed(s_readings, new Reading("c", 200_000, 1));

        Assert.Equal(["a 0 1 Quiet 0", "b 0 1 Quiet 0", "b 0 2 Quiet 1"], driver.Read(s_results).Order(StringComparer.Ordinal));
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static Pipeline Minutes(TimeSpan? idleAfter)
    {
        var pipeline = new Pipeline("minutes");
        pipeline.From(s_readings).WithEventTime(r => r.TimeMs, idleAfter: idleAfter).KeyBy(r => r.Sensor)
            .Window(Tumbling.Every(TimeSpan.FromMinutes(1)))
            .Aggregate(a => a.Count(), (key, w, n) => $"{key} {w.StartMs} {n} {w.Firing} {w.FiringIndex}").To(s_results);
        return pipeline;
    }

    /// <summary>The last result of each key and window.</summary>
    private static Dictionary<string, string> Last(IEnumerable<(string Window, string Value, Firing Firing)> results)
        => results.GroupBy(result => result.Window).ToDictionary(window => window.Key, window => window.Last().Value);

    /// <summary>All results where the input pauses after some of its parts.</summary>
    private static IEnumerable<(string Window, string Value, Firing Firing)> Run(
        Reading[] readings, (WindowSpec Windows, Trigger? Trigger) kind, int workers, int[] cuts, bool restarts)
    {
        using var driver = new PipelineDriver(
            () =>
            {
                var pipeline = new Pipeline("quiet-windows");
                pipeline.From(s_readings).WithEventTime(r => r.TimeMs, Ms((int)LatenessMs), idleAfter: TimeSpan.FromMinutes(10))
                    .KeyBy(r => r.Sensor)
                    .Window(kind.Windows, trigger: kind.Trigger)
                    .Aggregate(
                        a => (a.Count(), a.Sum(r => (long)r.Value)),
                        (key, w, n, sum) => $"{key} {w.StartMs} {w.EndMs}={n} {sum}={w.Firing}")
                    .To(s_results);
                return pipeline;
            },
            workers);
        var from = 0;
        foreach (var cut in cuts)
        {
            var to = Math.Min(readings.Length, from + (cut * 20));
            driver.Feed(s_readings, readings[from..to]);
            driver.Advance(TimeSpan.FromMinutes(11));
            if (restarts) driver.Restart();
            from = to;
        }

        driver.Feed(s_readings, readings[from..]);
        driver.Advance(TimeSpan.FromDays(3));
        return [.. driver.Read(s_results).Select(result => result.Split('='))
            .Select(parts => (parts[0], parts[1], Enum.Parse<Firing>(parts[2])))];
    }
}
