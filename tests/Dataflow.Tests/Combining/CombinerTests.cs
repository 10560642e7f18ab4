using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests.Windows;

namespace Dataflow.Tests.Combining;

/// <summary>Aggregates that are begun before the exchange give what they give behind it.</summary>
public sealed class CombinerTests : IDisposable
{
    private const string Input = "readings";
    private const long LatenessMs = 50;

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_hot_key_crosses_the_exchange_as_few_aggregates()
    {
        Append(Enumerable.Range(0, 9_000).Select(i => new Reading(i % 3 == 0 ? $"s{i % 7}" : "hot", i / 100, 1)));
        var counts = Sink.Memory<(string, long, long)>();

        var job = SimulatedJob.Start(Counting(counts), _log, workers: 2);
        job.Run();

        Assert.Equal([("hot", 0, 6_000)], counts.Committed.Where(row => row.Item1 == "hot"));
        Assert.Equal(9_000, counts.Committed.Sum(row => row.Item3));
        Assert.InRange(Exchange(job).Combined, 8_900, 9_000);
        Assert.Equal(9_000, Exchange(job).Emitted);
        job.Status.CheckThatNoRecordIsLost();
        Assert.Contains("), with 'window-aggregate' begun before\n", Counting(counts).Explain().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_and_tables_give_the_same_on_any_number_of_workers_and_after_a_restart()
        => Gen.Select(Reading.Disordered(LatenessMs), Restarted.Any).Sample(
            (readings, run) =>
            {
                var windows = run.Run(readings, s => Timed(s).Window(Hopping.Of(Ms(90), every: Ms(30)))
                    .Aggregate(
                        a => (a.Count(), a.Sum(r => r.Value), a.Max(r => r.Value), a.CountDistinct(r => r.Value)),
                        (key, window, n, sum, max, distinct) => (key, window.StartMs, n, sum, max, distinct)).Values());
                var rows = run.Run(readings, s => s.KeyBy(r => r.Sensor)
                    .Aggregate(a => (a.Count(), a.Min(r => r.Value)), (key, n, least) => (key, n, least)).Changes().Values());

                Assert.Equal(
                    readings.SelectMany(r => StartsOf(r.TimeMs), (r, start) => (Reading: r, Start: start))
                        .GroupBy(x => (x.Reading.Sensor, x.Start), x => x.Reading.Value)
                        .Select(g => (g.Key.Sensor, g.Key.Start, (long)g.Count(), (long)g.Sum(), g.Max(), (long)g.Distinct().Count()))
                        .Order(),
                    windows.Order());
                Assert.Equal(
                    readings.GroupBy(r => r.Sensor).Select(g => (g.Key, (long)g.Count(), g.Min(r => r.Value))).Order(),
                    rows.GroupBy(change => change.New.key).Select(changes => changes.Last().New).Order());
            },
            iter: 25);

    [Fact]
    public void Every_record_is_counted_in_its_window_or_late_and_none_in_both()
        => Gen.Select(Reading.Disordered(4 * LatenessMs), Gen.Int[0, 6].Array[1, 6]).Sample(
            (readings, runs) =>
            {
                using var log = SimulatedJob.OpenLog();
                for (var partition = 0; partition < 2; partition++)
                    log.Append(Input, readings.Where((_, i) => i % 2 == partition), partition, partitions: 2);
                var (counts, late) = (Sink.Memory<(string, long, long)>(), Sink.Memory<Reading>("late"));
                foreach (var steps in runs) RunInPart(Counting(counts, late), log, steps);

                SimulatedJob.Start(Counting(counts, late), log, workers: 2).Run();

                Assert.Equal(readings.Length, counts.Committed.Sum(row => row.Item3) + late.Committed.Count);
                Assert.Equal(counts.Committed.Count, counts.Committed.DistinctBy(row => (row.Item1, row.Item2)).Count());
                Assert.Subset(readings.ToHashSet(), late.Committed.ToHashSet());
            },
            iter: 60);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void The_values_of_a_key_keep_their_order_whether_combined_or_not(int workers)
    {
        // Keys that come once make combining not pay, from the second sample on; the one that comes again must not be overtaken.
        var readings = Enumerable.Range(0, 80_000).Select(i => new Reading(i % 5 == 0 ? "often" : $"s{i}", 0, i)).ToArray();
        Append(readings);
        var rows = Sink.Memory<(string Key, int First, int Last)>();
        var pipeline = new Pipeline("ordered");
        pipeline.From(Topic.Of<Reading>(Input).StopAtEnd()).KeyBy(r => r.Sensor)
            .Aggregate(a => (a.First(r => r.Value), a.Last(r => r.Value)), (key, first, last) => (key, first, last))
            .Changes().Values().Where(change => change.New.key == "often").Select(change => change.New).To(rows);

        var job = SimulatedJob.Start(pipeline, _log, workers);
        job.Run();

        Assert.Equal(rows.Committed.Order(), rows.Committed); // the last one only grows
        Assert.Equal(("often", 0, 79_995), rows.Committed[^1]);
        Assert.InRange(Exchange(job).Combined, 1, 10_000); // and what does not pay was given up
    }

    [Fact]
    public void Combining_begins_again_when_keys_become_few()
    {
        Append(Enumerable.Range(0, 50_000).Select(i => new Reading($"s{i}", 0, 1)));
        Append(Enumerable.Range(0, 600_000).Select(i => new Reading("hot", 0, 1)));
        var job = SimulatedJob.Start(Counting(Sink.Memory<(string, long, long)>()), _log, workers: 2);

        job.Run();

        Assert.InRange(Exchange(job).Combined, 50_000, 200_000);
        job.Status.CheckThatNoRecordIsLost();
    }

    [Fact]
    public void What_depends_on_how_values_are_split_is_not_begun_before()
    {
        Assert.DoesNotContain(
            "begun before", Explained(s => Timed(s).Window(Tumbling.Every(Ms(30))).Aggregate(a => a.Mean(r => r.Value), (_, _, m) => m)),
            StringComparison.Ordinal);
        Assert.DoesNotContain(
            "begun before",
            Explained(s => Timed(s).Window(Tumbling.Every(Ms(30))).Aggregate(a => a.Sum(r => r.Value / 2.0), (_, _, m) => m)),
            StringComparison.Ordinal);
        Assert.DoesNotContain(
            "begun before", Explained(s => Timed(s).Window(Session.WithGap(Ms(30))).Aggregate(a => a.Count(), (_, _, n) => (double)n)),
            StringComparison.Ordinal);
        Assert.Contains(
            "begun before", Explained(s => Timed(s).Window(Tumbling.Every(Ms(30))).Aggregate(a => a.Count(), (_, _, n) => (double)n)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_by_key_with_two_uses_crosses_its_exchange_as_it_is()
    {
        var pipeline = new Pipeline("twice");
        var keyed = Timed(pipeline.From(Topic.Of<Reading>(Input).StopAtEnd()));
        keyed.Window(Tumbling.Every(Ms(30))).Aggregate(a => a.Count(), (_, _, n) => n).To(Sink.Memory<long>("short"));
        keyed.Window(Tumbling.Every(Ms(60)), "long").Aggregate(a => a.Count(), (_, _, n) => n).To(Sink.Memory<long>("long"));

        Assert.DoesNotContain("begun before", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_on_which_the_users_code_fails_is_a_dead_letter_and_the_others_count()
    {
        Append([new("a", 0, 1), new("a", 1, 999), new("b", 2, 999), new("b", 3, 4)]);
        var sums = Sink.Memory<(string, long)>();
        var pipeline = new Pipeline("faulty") { OnError = ErrorPolicy.DeadLetter() };
        Timed(pipeline.From(Topic.Of<Reading>(Input).StopAtEnd())).Window(Tumbling.Every(Ms(30)))
            .Aggregate(
                a => (a.Count(), a.Sum(r => r.Value == 999 ? throw new InvalidOperationException("999") : r.Value)),
                (key, _, n, sum) => (key, (n * 100) + sum)).Values().To(sums);

        var job = SimulatedJob.Start(pipeline, _log, workers: 2);
        job.Run();

        Assert.Equal([("a", 101L), ("b", 104L)], sums.Committed.Order());
        Assert.Equal(2, job.Status.DeadLetters);
        job.Status.CheckThatNoRecordIsLost();
    }

    /// <summary>Runs a job up to a checkpoint that falls between reading and sending, and some steps on, and drops it.</summary>
    private static void RunInPart(Pipeline pipeline, LogStore log, int steps)
    {
        var job = SimulatedJob.Start(pipeline, log, workers: 2, seed: steps, with: options => options with { ReadRecords = 8 });
        for (var step = 0; step < steps; step++) job.Step();
        job.Begin();
        while (!job.HasFinished && job.Status.Checkpoints.Count == 0) job.Step();
        for (var step = 0; step < steps; step++) job.Step(); // done again after the restart
        job.Close();
    }

    private static string Explained(Func<Stream<Reading>, KeyedStream<string, double>> steps)
    {
        var pipeline = new Pipeline("explained");
        steps(pipeline.From(Topic.Of<Reading>(Input).StopAtEnd())).Values().To(Sink.Memory<double>());
        return pipeline.Explain().ToString();
    }

    private static Pipeline Counting(MemorySink<(string, long, long)> counts, MemorySink<Reading>? late = null)
    {
        var pipeline = new Pipeline("counting");
        Timed(pipeline.From(Topic.Of<Reading>(Input).StopAtEnd())).Window(Tumbling.Every(Ms(90)), out var lateStream)
            .Aggregate(a => a.Count(), (key, window, n) => (key, window.StartMs, n)).Values().To(counts);
        if (late is not null) lateStream.Values().To(late);
        return pipeline;
    }

    private static StepStatus Exchange(SimulatedJob job) => job.Status.Steps.Single(step => step.Name == "exchange");

    private static KeyedStream<string, Reading> Timed(Stream<Reading> stream)
        => stream.WithEventTime(r => r.TimeMs, maxOutOfOrderness: Ms(LatenessMs)).KeyBy(r => r.Sensor);

    private static IEnumerable<long> StartsOf(long time)
    {
        for (var start = (long)Math.Floor(time / 30.0) * 30; start > time - 90; start -= 30) yield return start;
    }

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private void Append(IEnumerable<Reading> readings) => _log.Append(Input, readings, partition: 0, partitions: 1);
}
