using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

/// <remarks>Seen red with a budget that is exceeded, with clocks that start at the last value or with the step before, with lists
/// that keep the time of a value when the watermark has passed it, and with lists that wait for workers that are gone.</remarks>
public sealed class BatchTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SimulatedClock _clock = new();
    private readonly MemorySink<string> _results = Sink.Memory<string>();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Collects_the_values_of_a_plain_stream()
        => Assert.Equal(["1 2", "3 4", "5"], Harness.Run([1, 2, 3, 4, 5], s => s.Batch(2).Select(Text)));

    [Fact]
    public void Collects_by_cost_without_exceeding_the_budget_but_by_a_value_that_does_so_alone()
        => Assert.Equal(
            ["3 4", "5 5", "99", "2 1", "10", "1"],
            Harness.Run([3, 4, 5, 5, 99, 2, 1, 10, 1], s => s.Batch(100, cost: x => x, maxCost: 10).Select(Text)));

    [Fact]
    public void Each_key_gets_what_chunks_of_its_values_are_also_through_crashes()
        => Gen.Select(Gen.Int[0, 4].Array[0, 200], Gen.Int[1, 9], Gen.Int[0, 0xFFFF]).Sample(
            (keys, count, seed) =>
            {
                var values = keys.Select((key, index) => (Key: key, Index: index)).ToArray();
                var pipeline = new Pipeline("batches");
                var results = Sink.Memory<(int Key, string Values)>();
                pipeline.From(Source.Of(values)).KeyBy(x => x.Key).Batch(count)
                    .Select(list => (list[0].Key, Text(list.Select(x => x.Index)))).To(results);
                using var log = SimulatedJob.OpenLog();
                new OpenCalls<int>().RunWithCrashes(pipeline, log, seed);

                var expected = values.GroupBy(x => x.Key)
                    .SelectMany(key => key.Chunk(count), (key, list) => (key.Key, Text(list.Select(x => x.Index))));
                Assert.Equal(expected.Order(), results.Committed.Order());
            },
            iter: 25);

    [Fact]
    public void Each_key_gets_lists_within_the_budget()
        => Gen.Select(Gen.Int[1, 12].Array[0, 200], Gen.Int[1, 6], Gen.Int[5, 20], Gen.Int[1, 3]).Sample(
            (costs, count, budget, workers) =>
            {
                var results = Harness.Run(costs, s => s.KeyBy(x => x % 3).Batch(count, x => x, budget).Select(Text), workers);
                var expected = costs.GroupBy(x => x % 3).SelectMany(key => Model(key, count, budget));
                Assert.Equal(expected.Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
            },
            iter: 30);

    [Fact]
    public void Nothing_is_lost_nor_doubled_when_the_number_of_workers_changes()
        => Gen.Select(Gen.Int.Array[0, 150], Gen.Int[1, 40], Gen.Int[0, 0xFFFF]).Sample(
            (values, count, seed) =>
            {
                var pipeline = new Pipeline("batches");
                var results = Sink.Memory<IReadOnlyList<int>>();
                pipeline.From(Source.Of(values)).Batch(count).To(results);
                using var log = SimulatedJob.OpenLog();
                new OpenCalls<int>().RunWithCrashes(pipeline, log, seed);
                Assert.Equal(values.Order(), results.Committed.SelectMany(list => list).Order());
            },
            iter: 30);

    [Fact]
    public void With_fewer_workers_the_lists_of_those_that_are_gone_go_out()
    {
        for (var partition = 0; partition < 2; partition++) _log.Append("numbers", [partition], partition, partitions: 2);
        var job = Start(s => s.Batch(100).Select(Text), workers: 2);
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Empty(_results.Committed);
        job.Close();

        job = Start(s => s.Batch(100).Select(Text));
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Equal(["1"], _results.Committed);
        job.Close();
    }

    [Fact]
    public void A_list_goes_out_when_its_first_value_has_waited_long_enough_also_across_a_restart()
    {
        var job = Start(s => s.Batch(100, within: 10 * Second).Select(Text));
        Append(job, 1);
        _clock.Advance(4 * Second);
        Append(job, 2);
        job.Checkpoint();
        Assert.Empty(_results.Committed);
        job.Close();

        job = Start(s => s.Batch(100, within: 10 * Second).Select(Text));
        _clock.Advance(5 * Second);
        job.Checkpoint();
        Assert.Empty(_results.Committed);
        _clock.Advance(Second);
        job.Checkpoint();
        Assert.Equal(["1 2"], _results.Committed);
        _clock.Advance(5 * Second);
        Append(job, 3);
        _clock.Advance(9 * Second);
        job.Checkpoint();
        Assert.Single(_results.Committed);
        _clock.Advance(Second);
        job.Checkpoint();
        Assert.Equal(["1 2", "3"], _results.Committed);
        job.Close();
    }

    [Fact]
    public void A_list_goes_out_when_event_time_has_passed_its_first_value()
    {
        var job = Start(
            s => s.WithEventTime(x => (long)x).KeyBy(x => x % 2).Batch(100, withinEventTime: TimeSpan.FromMilliseconds(10)).Select(Text)
            .Values());
        Append(job, 1, 2, 3);
        Append(job, 9);
        Append(job, 11);
        job.Checkpoint();
        Assert.Equal(["1 3 9 11"], _results.Committed);
        job.Close();
    }

    [Fact]
    public void Lists_are_never_late()
    {
        Reading[] readings = [new("a", 5, 1), .. Enumerable.Range(0, 200).Select(i => new Reading("b", i * 10, 1)), new("a", 9, 2)];
        var pipeline = new Pipeline("batches");
        var counts = Sink.Memory<(long, long)>();
        pipeline.From(Source.Of(readings)).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor).Batch(2)
            .Window(Tumbling.Every(Second)).Aggregate(a => a.Count(), (_, window, n) => (window.StartMs, n)).To(counts);

        var job = SimulatedJob.Start(pipeline, _log);
        job.Run();

        Assert.All(job.Status.Steps, step => Assert.Equal(0, step.Late));
        Assert.Equal(101, counts.Committed.Sum(window => window.Item2));
    }

    [Fact]
    public void A_cost_that_fails_names_the_record()
        => Assert.StartsWith(
            "Operator 'batch' failed on memory@1: Attempted to divide by zero. ",
            Assert.Throws<OperatorException>(() => Harness.Run([1, 0], s => s.Batch(9, x => 1 / x, 3))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Refuses_bounds_that_make_no_sense()
    {
        Refused<ArgumentOutOfRangeException>(s => s.Batch(0));
        Refused<ArgumentException>(s => s.Batch(1, cost: x => x));
        Refused<ArgumentException>(s => s.Batch(1, maxCost: 1));
        Refused<ArgumentOutOfRangeException>(s => s.Batch(1, x => x, maxCost: 0));
        Refused<ArgumentOutOfRangeException>(s => s.Batch(1, within: TimeSpan.Zero));
        Refused<ArgumentOutOfRangeException>(s => s.Batch(1, withinEventTime: -Second));
        Refused<PlanException>(s => s.Batch(1, withinEventTime: Second));
        Refused<PlanException>(s => s.Select(_ => new Hidden()).Batch(1).Select(_ => (IReadOnlyList<int>)[]));
    }

    [Fact]
    public void The_plan_shows_its_bounds()
    {
        var pipeline = new Pipeline("batches");
        pipeline.From(Source.Of([1])).WithEventTime(x => (long)x).KeyBy(x => x).Batch(5, x => x, 9, Second, 2 * Second)
            .To(Sink.Memory<IReadOnlyList<int>>());
        Assert.Contains(
            "batch (by key, 5 at most, cost at most 9, within 00:00:01, within 00:00:02 of event time)\n", pipeline.Explain().ToString(),
            StringComparison.Ordinal);
    }

    private static void Refused<TException>(Func<Stream<int>, Stream<IReadOnlyList<int>>> steps)
        where TException : Exception
        => Assert.Throws<TException>(() => Harness.Run([1], steps));

    private static IEnumerable<string> Model(IEnumerable<int> costs, int count, int budget)
    {
        var list = new List<int>();
        foreach (var cost in costs)
        {
            if (list.Count == count || list.Sum() >= budget || (list.Count > 0 && list.Sum() + cost > budget))
            {
                yield return Text(list);
                list.Clear();
            }

            list.Add(cost);
        }

        if (list.Count > 0) yield return Text(list);
    }

    private static string Text(IEnumerable<int> values) => string.Join(' ', values);

    private SimulatedJob Start(Func<Stream<int>, Stream<string>> steps, int workers = 1)
    {
        if (!_log.TryGetTopic("numbers", out _)) _log.Append<int>("numbers", []);
        var pipeline = new Pipeline("batches");
        steps(pipeline.From(Topic.Of<int>("numbers"))).To(_results);
        return SimulatedJob.Start(pipeline, _log, workers, clock: _clock);
    }

    private void Append(SimulatedJob job, params int[] values)
    {
        _log.Append("numbers", values);
        job.RunUntilIdle();
    }

    private sealed record Hidden(Func<int>? Make = null);
}
