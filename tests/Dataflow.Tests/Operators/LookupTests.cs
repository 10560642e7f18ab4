using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

/// <remarks>Seen red with misses that go on, with a call for each record, with failures that are kept, with rows that never
/// expire, and with a cache without bound.</remarks>
public sealed class LookupTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SimulatedClock _clock = new();
    private readonly MemorySink<string> _results = Sink.Memory<string>();
    private readonly List<int> _calls = [];

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Joins_values_with_the_rows_that_are_found_and_counts_the_others()
    {
        var job = Run([1, 2, 3, 4], s => s.Lookup(x => x, Even, (x, row) => $"{x} {row}"));
        Assert.Equal(["2 row 2", "4 row 4"], _results.Committed);
        Assert.Equal(2, Step(job).Unmatched);
    }

    [Fact]
    public void A_left_lookup_keeps_values_without_a_row()
    {
        var job = Run([1, 2], s => s.LeftLookup(x => x, Even, (x, row) => $"{x} {row ?? "none"}"));
        Assert.Equal(["1 none", "2 row 2"], _results.Committed);
        Assert.Equal(0, Step(job).Unmatched);
    }

    [Fact]
    public void All_that_ask_for_a_key_at_once_make_one_call()
    {
        var answers = new Dictionary<int, TaskCompletionSource<string?>>();
        var job = Start(s => s.Lookup(x => x % 2, (key, _) => (answers[key] = new()).Task, (x, row) => $"{x} {row}"));
        Append(job, 1, 2, 3, 4, 5);
        answers[0].SetResult("even");
        answers[1].SetResult("odd");
        job.Checkpoint();

        Assert.Equal(["1 odd", "2 even", "3 odd", "4 even", "5 odd"], _results.Committed);
        Assert.Equal((2, 3), (Step(job).Calls, Step(job).Reused));
        job.Close();
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 3)]
    public void Rows_are_kept_and_misses_as_the_options_say(bool cachesMisses, int calls)
    {
        var job = Start(s => s.LeftLookup(x => x, Even, (x, row) => $"{x} {row}", new() { CachesMisses = cachesMisses }));
        foreach (var value in new[] { 1, 2, 1, 2 }) Append(job, value);
        Assert.Equal(calls, _calls.Count);
        job.Close();
    }

    [Fact]
    public void A_row_is_called_for_again_after_its_time_to_live()
    {
        var job = Start(s => s.LeftLookup(x => x, Even, (x, row) => $"{x} {row}", new() { TimeToLive = 10 * Second }));
        Append(job, 2);
        _clock.Advance(9 * Second);
        Append(job, 2);
        Assert.Equal([2], _calls);
        _clock.Advance(Second);
        Append(job, 2);
        Assert.Equal([2, 2], _calls);
        job.Close();
    }

    [Fact]
    public void The_cache_forgets_what_was_not_asked_for_the_longest()
    {
        Run([2, 4, 2, 6, 2, 4], s => s.LeftLookup(x => x, Even, (x, row) => $"{x} {row}", new() { CacheSize = 2 }));
        Assert.Equal([2, 4, 6, 4], _calls);
    }

    [Fact]
    public void A_cache_of_nothing_keeps_nothing()
    {
        Run([2, 2], s => s.LeftLookup(x => x, Even, (x, row) => $"{x} {row}", new() { CacheSize = 0 }));
        Assert.Equal([2, 2], _calls);
    }

    [Fact]
    public void A_call_that_fails_is_not_kept_but_made_again()
    {
        var options = new LookupOptions { Calls = new() { Attempts = 2 } };
        Run([2, 2],
            s => s.Lookup(
            x => x, (key, cancellationToken) => _calls.Count == 0 ? Failing(key) : Even(key, cancellationToken), (x, row) => $"{x} {row}",
            options));
        Assert.Equal(["2 row 2", "2 row 2"], _results.Committed);
        Assert.Equal([2, 2], _calls);
    }

    [Fact]
    public void A_call_that_hangs_is_given_up_for_all_that_wait_for_it()
    {
        var options = new LookupOptions { Calls = new() { Attempts = 2, Timeout = Second } };
        var job = Start(
            s => s.Lookup(
            x => x, (key, cancellationToken) => _calls.Count == 0 ? Hanging(key) : Even(key, cancellationToken), (x, row) => $"{x} {row}",
            options));
        Append(job, 2, 2);
        _clock.Advance(Second);
        job.RunUntilIdle();
        _clock.Advance(Second);
        job.Checkpoint();

        Assert.Equal(["2 row 2", "2 row 2"], _results.Committed);
        Assert.Equal([2, 2], _calls);
        job.Close();
    }

    [Fact]
    public void The_rate_counts_calls_alone()
    {
        var options = new LookupOptions { Calls = new() { CallsPerSecond = 1 } };
        var job = Start(s => s.Lookup(x => x, Even, (x, row) => $"{x} {row}", options));
        Append(job, 2, 2, 2, 4);
        job.Checkpoint();
        Assert.Equal(3, _results.Committed.Count);
        _clock.Advance(Second);
        job.Checkpoint();
        Assert.Equal(4, _results.Committed.Count);
        job.Close();
    }

    [Fact]
    public void By_key_agrees_with_a_join_in_LINQ_through_crashes()
        => Gen.Select(Gen.Int[0, 9].Array[0, 150], Gen.Int[0, 9].HashSet[0, 9], Gen.Int[0, 0xFFFF]).Sample(
            (keys, rows, seed) =>
            {
                var calls = new OpenCalls<string?>();
                var values = keys.Select((key, index) => (Key: key, Index: index)).ToArray();
                var pipeline = new Pipeline("lookup");
                var results = Sink.Memory<(int Key, int Index, string Row)>();
                pipeline.From(Source.Of(values)).KeyBy(x => x.Key)
                    .Lookup((key, _) => calls.Call(rows.Contains(key) ? $"row {key}" : null), (x, row) => (x.Key, x.Index, row))
                    .To(results);
                using var log = SimulatedJob.OpenLog();
                calls.RunWithCrashes(pipeline, log, seed);

                var expected = values.Join(rows, x => x.Key, row => row, (x, row) => (x.Key, x.Index, $"row {row}"));
                Assert.Equal(expected, results.Committed.OrderBy(x => x.Index));
                foreach (var key in results.Committed.GroupBy(x => x.Key)) Assert.Equal(key.OrderBy(x => x.Index), key);
            },
            iter: 25);

    [Fact]
    public void What_fails_names_step_and_record()
    {
        Fails("No key", s => s.Lookup<int, int, string, string>(_ => throw new InvalidOperationException("No key"), Even, (x, row) => row));
        Fails("No answer", s => s.Lookup(x => x, (_, _) => throw new InvalidOperationException("No answer"), (int x, string row) => row));
        Fails("No result",
            s => s.Lookup<int, int, string, string>(
            x => x, (key, cancellationToken) => Even(2, cancellationToken), (x, row) => throw new InvalidOperationException("No result")));
        Fails("It returned no task", s => s.Lookup(x => x, (_, _) => (Task<string?>)null!, (int x, string row) => row));
    }

    [Fact]
    public void Wrong_options_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LookupOptions { CacheSize = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LookupOptions { TimeToLive = TimeSpan.Zero });
    }

    [Fact]
    public void The_plan_shows_calls_and_cache()
    {
        var pipeline = new Pipeline("lookup");
        var options = new LookupOptions { CacheSize = 7, TimeToLive = Second, CachesMisses = false };
        pipeline.From(Source.Of([1])).Lookup(x => x, Even, (x, row) => row, options).To(_results);
        Assert.Contains(
            "lookup (16 in flight, cache of 7 for 00:00:01, without misses)\n", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    private static void Fails(string message, Func<Stream<int>, Stream<string>> steps)
        => Assert.StartsWith(
            $"Operator 'lookup' failed on memory@0: {message}. ", Assert.Throws<OperatorException>(() => Harness.Run([1], steps)).Message,
            StringComparison.Ordinal);

    private static StepStatus Step(SimulatedJob job) => job.Status.Steps.Single(step => step.Name == "lookup");

    private Task<string?> Even(int key, CancellationToken cancellationToken)
    {
        _calls.Add(key);
        return Task.FromResult(key % 2 == 0 ? $"row {key}" : null);
    }

    private Task<string?> Failing(int key)
    {
        _calls.Add(key);
        return Task.FromException<string?>(new InvalidOperationException("down"));
    }

    private Task<string?> Hanging(int key)
    {
        _calls.Add(key);
        return new TaskCompletionSource<string?>().Task;
    }

    private SimulatedJob Run(int[] values, Func<Stream<int>, Stream<string>> steps)
    {
        var pipeline = new Pipeline("lookup");
        steps(pipeline.From(Source.Of(values))).To(_results);
        var job = SimulatedJob.Start(pipeline, _log, clock: _clock);
        job.Run();
        return job;
    }

    private SimulatedJob Start(Func<Stream<int>, Stream<string>> steps)
    {
        _log.Append<int>("numbers", []);
        var pipeline = new Pipeline("lookup");
        steps(pipeline.From(Topic.Of<int>("numbers"))).To(_results);
        return SimulatedJob.Start(pipeline, _log, clock: _clock);
    }

    private void Append(SimulatedJob job, params int[] values)
    {
        _log.Append("numbers", values);
        job.RunUntilIdle();
    }
}
