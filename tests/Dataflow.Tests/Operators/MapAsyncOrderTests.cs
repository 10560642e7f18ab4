using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

/// <summary>Whatever the order of the answers, and wherever the job crashes: each record's result once, in the order promised.</summary>
/// <remarks>Seen red with watermarks that pass records in flight, with records that pass watermarks, with checkpoints that keep
/// nothing in flight, with results that stay in the checkpoint, and with watermarks that each worker hands on alone.</remarks>
public class MapAsyncOrderTests
{
    private const long LatenessMs = 60;

    [Fact]
    public void Results_of_a_plain_stream_come_in_the_order_of_the_input()
        => Gen.Select(Gen.Int.Array[0, 100], Gen.Int[1, 8], Gen.Int).Sample(
            (values, concurrency, seed) =>
            {
                var indexed = values.Index().ToArray();
                var results = Run<(int Index, int Value)>(
                    seed, (s, calls) => s.MapAsync(calls.Call, new() { Concurrency = concurrency }), indexed, workersStay: true);
                Assert.Equal(indexed, results);
            },
            iter: 25);

    [Fact]
    public void Results_of_a_key_come_in_the_order_of_its_records()
        => Gen.Select(Gen.Int[0, 4].Array[0, 150], Gen.Int[1, 8], Gen.Int).Sample(
            (keys, concurrency, seed) =>
            {
                var indexed = keys.Select((key, index) => (Index: index, Key: key)).ToArray();
                var results = Run<(int Index, int Key)>(
                    seed, (s, calls) => s.KeyBy(x => x.Key).MapAsync(calls.Call, new() { Concurrency = concurrency }).Values(), indexed);
                Assert.Equal(indexed.Length, results.Count);
                foreach (var key in indexed.GroupBy(x => x.Key)) Assert.Equal(key, results.Where(x => x.Key == key.Key));
            },
            iter: 25);

    [Fact]
    public void Results_in_any_order_are_all_there_once()
        => Gen.Select(Gen.Int.Array[0, 100], Gen.Int[1, 8], Gen.Int).Sample(
            (values, concurrency, seed) =>
            {
                var options = new AsyncOptions { Concurrency = concurrency, KeepsOrder = false };
                var indexed = values.Index().ToArray();
                Assert.Equal(indexed, Run<(int Index, int Value)>(seed, (s, calls) => s.MapAsync(calls.Call, options), indexed).Order());
            },
            iter: 25);

    [Fact]
    public void Windows_behind_the_calls_give_what_they_would_give_without_them()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Int[1, 8], Gen.Bool, Gen.Bool, Gen.Int).Sample(
            (readings, concurrency, keepsOrder, isKeyed, seed) =>
            {
                var options = new AsyncOptions { Concurrency = concurrency, KeepsOrder = keepsOrder };
                var expected = Harness.Run(readings, s => Counted(Timed(s).KeyBy(r => r.Sensor)));
                var results = Run<Reading, (string, long, long)>(
                    seed,
                    (s, calls)
                        => Counted(
                        isKeyed ? Timed(s).KeyBy(r => r.Sensor).MapAsync(calls.Call, options)
                        : Timed(s).MapAsync(calls.Call, options).KeyBy(r => r.Sensor)).Values(),
                    readings);
                Assert.Equal(expected.Order(), results.Order());
            },
            iter: 30);

    [Fact]
    public void Checkpoints_take_in_no_more_than_was_on_its_way_when_calls_stopped_to_answer()
    {
        var pipeline = new Pipeline("map");
        pipeline.From(Source.Of(Enumerable.Range(0, 200_000))).KeyBy(x => x).MapAsync(_ => new TaskCompletionSource<int>().Task)
            .To(Sink.Memory<int>());
        using var log = SimulatedJob.OpenLog();
        var job = SimulatedJob.Start(pipeline, log, workers: 2);
        job.RunUntilIdle();
        var read = job.Status.RecordsRead;
        Assert.InRange(read, 0, 10_000);

        for (var checkpoint = 0; checkpoint < 10; checkpoint++) job.Checkpoint();

        Assert.Equal(read, job.Status.RecordsRead);
        job.Close();
    }

    [Fact]
    public void Records_in_flight_of_workers_that_are_gone_hold_up_no_checkpoint()
    {
        using var log = SimulatedJob.OpenLog();
        for (var partition = 0; partition < 2; partition++) log.Append("numbers", [partition * 100], partition, partitions: 2);
        var calls = new Dictionary<int, TaskCompletionSource<int>>();
        var pipeline = new Pipeline("map");
        var results = Sink.Memory<int>();
        pipeline.From(Topic.Of<int>("numbers")).WithEventTime(x => (long)x).MapAsync(x => (calls[x] = new()).Task).To(results);
        var job = SimulatedJob.Start(pipeline, log, workers: 2);
        job.RunUntilIdle();
        for (var partition = 0; partition < 2; partition++) log.Append("numbers", [(partition * 100) + 50], partition);
        job.RunUntilIdle();
        foreach (var value in new[] { 0, 50, 100 }) calls[value].SetResult(value);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();

        job = SimulatedJob.Start(pipeline, log, workers: 1); // the watermark before 150 was 100, that of both workers was 50
        job.Checkpoint();
        calls[150].SetResult(150);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal([0, 50, 100, 150], results.Committed.Order());
        job.Close();
    }

    [Fact]
    public void Without_order_a_result_passes_slower_ones_but_no_watermark()
    {
        var calls = new Dictionary<int, TaskCompletionSource<int>>();
        var pipeline = new Pipeline("map");
        var results = Sink.Memory<int>();
        pipeline.From(Topic.Of<int>("numbers")).WithEventTime(x => (long)x)
            .MapAsync(x => (calls[x] = new()).Task, new() { KeepsOrder = false }).To(results);
        using var log = SimulatedJob.OpenLog();
        log.Append("numbers", [1, 2]);
        var job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();
        log.Append("numbers", [3, 4]);
        job.RunUntilIdle();

        foreach (var value in new[] { 4, 2 }) calls[value].SetResult(value);
        job.Checkpoint();
        Assert.Equal([2], results.Committed);

        calls[1].SetResult(1);
        job.Checkpoint();
        Assert.Equal([2, 1, 4], results.Committed);
        job.Close();
    }

    private static Stream<Reading> Timed(Stream<Reading> stream)
        => stream.WithEventTime(r => r.TimeMs, TimeSpan.FromMilliseconds(LatenessMs));

    private static KeyedStream<string, (string, long, long)> Counted(KeyedStream<string, Reading> stream)
        => stream.Window(Hopping.Of(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(50)))
            .Aggregate(a => a.Count(), (key, window, count) => (key, window.StartMs, count));

    private static IReadOnlyList<T> Run<T>(int seed, Func<Stream<T>, OpenCalls<T>, Stream<T>> steps, T[] input, bool workersStay = false)
        => Run<T, T>(seed, steps, input, workersStay);

    private static IReadOnlyList<TOut> Run<T, TOut>(
        int seed, Func<Stream<T>, OpenCalls<T>, Stream<TOut>> steps, T[] input, bool workersStay = false)
    {
        var calls = new OpenCalls<T>();
        var pipeline = new Pipeline("order");
        var results = Sink.Memory<TOut>();
        steps(pipeline.From(Source.Of(input)), calls).To(results);
        using var log = SimulatedJob.OpenLog();
        calls.RunWithCrashes(pipeline, log, seed & 0xFFFF, maxWorkers: workersStay ? 1 : 3);
        return results.Committed;
    }
}
