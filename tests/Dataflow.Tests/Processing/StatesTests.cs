using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Processing;

public class StatesTests
{
    [Fact]
    public void Value_list_map_and_aggregate_of_each_key_are_those_of_a_plain_model()
        => Gen.Select(Reading.Disordered(0), Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[0, 300]).Sample(
            (readings, before, after, half) =>
            {
                using var log = SimulatedJob.OpenLog();
                var summaries = Sink.Memory<Summary>();
                var first = readings[..Math.Min(half, readings.Length)];
                RunOn(log, summaries, first, before);
                RunOn(log, summaries, readings[first.Length..], after);

                foreach (var sensor in readings.GroupBy(r => r.Sensor))
                    Assert.Equal(Model([.. sensor]), summaries.Committed.Where(s => s.Sensor == sensor.Key));
            },
            iter: 40);

    [Fact]
    public void Clearing_forgets_all_states_of_the_key_and_none_of_another()
    {
        Reading[] readings = [new("a", 0, 1), new("b", 0, 1), new("a", 0, 2), new("a", 0, 0), new("a", 0, 3), new("b", 0, 4)];
        var summaries = Harness.Run(readings, s => s.KeyBy(r => r.Sensor).Process(() => new Summing()));

        Assert.Equal(new Summary("a", 1, "3", "3:1", 3), summaries.Last(s => s.Sensor == "a"));
        Assert.Equal(new Summary("b", 2, "1 4", "1:1 4:1", 5), summaries.Last(s => s.Sensor == "b"));
    }

    [Fact]
    public void A_checkpoint_writes_the_entries_that_changed_and_not_the_whole_list_and_map()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("readings", Enumerable.Range(0, 5000).Select(i => new Reading("a", 0, i % 1000)));
        var pipeline = new Pipeline("lists");
        pipeline.From(Topic.Of<Reading>("readings")).KeyBy(r => r.Sensor).Process(() => new Growing()).To(Sink.Memory<int>());
        var job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();
        job.Checkpoint();
        var before = job.Status.Checkpoints.Bytes;

        log.Append("readings", [new Reading("a", 0, 1)]);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.InRange(job.Status.Checkpoints.Bytes - before, 1, 4000);
        job.Close();
    }

    [Fact]
    public void A_list_is_read_by_index_and_taken_from_the_front()
    {
        var seen = Harness.Run(Enumerable.Range(0, 5), s => s.KeyBy(_ => 0).Process(() => new LastTwo()));

        Assert.Equal(["0", "0 1", "1 2", "2 3", "3 4"], seen);
    }

    [Fact]
    public void The_plan_names_the_states_and_refuses_two_of_one_name()
    {
        var pipeline = new Pipeline("states");
        pipeline.From(Source.Of([1])).KeyBy(x => x).Process(() => new Twice()).To(Sink.Memory<int>());

        var error = Assert.Throws<PlanException>(pipeline.Explain);
        Assert.Equal("Pipeline 'states': step 'process' declares two states called 'count'. Give each a name of its own.", error.Message);
    }

    [Fact]
    public void A_restart_with_other_states_is_refused()
    {
        using var log = SimulatedJob.OpenLog();
        RunOn(log, Sink.Memory<Summary>(), [new Reading("a", 0, 1)], workers: 1);
        var pipeline = new Pipeline("states");
        pipeline.From(Topic.Of<Reading>("readings")).KeyBy(r => r.Sensor).Process(() => new Growing()).To(Sink.Memory<int>());

        var error = Assert.Throws<PlanException>(() => SimulatedJob.Start(pipeline, log));
        Assert.Equal(
            """
            Pipeline 'states': its steps with state are not those of checkpoint 1, which it would carry on from:
            - the pipeline lacks   process: count: String -> Int32:4
            - the pipeline lacks   process: sum: sum of String -> Int64:8
            Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).
            """,
            error.Message);
    }

    [Fact]
    public void State_by_key_is_not_to_be_had_where_there_is_no_key()
    {
        var pipeline = new Pipeline("broadcast");
        var results = Sink.Memory<int>();
        pipeline.From(Source.Of([1])).KeyBy(x => x)
            .Process(pipeline.From(Source.Of([2], "rules")), () => new CountsRules()).To(results);

        var error = Assert.Throws<OperatorException>(() => Harness.Run(pipeline, results));
        Assert.Contains("there is no key", error.Message, StringComparison.Ordinal);
    }

    private static void RunOn(LogStore log, MemorySink<Summary> summaries, Reading[] readings, int workers)
    {
        log.Append("readings", readings);
        var pipeline = new Pipeline("states");
        pipeline.From(Topic.Of<Reading>("readings")).KeyBy(r => r.Sensor).Process(() => new Summing()).To(summaries);
        var job = SimulatedJob.Start(pipeline, log, workers);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
    }

    private static IEnumerable<Summary> Model(Reading[] readings)
    {
        var kept = new List<Reading>();
        foreach (var reading in readings)
        {
            kept.Add(reading);
            var values = kept.Select(r => r.Value).ToList();
            yield return new Summary(
                reading.Sensor,
                kept.Count,
                string.Join(' ', values),
                string.Join(' ', values.GroupBy(v => v).OrderBy(v => v.Key).Select(v => $"{v.Key}:{v.Count()}")),
                values.Sum());
            if (reading.Value == 0) kept.Clear();
        }
    }

    public sealed record Summary(string Sensor, int Count, string Values, string Times, long Sum);

    private sealed class Summing : KeyedProcess<string, Reading, Summary>
    {
        private ValueState<int> _count = null!;
        private ListState<int> _values = null!;
        private MapState<int, int> _times = null!;
        private ReducingState<Reading, long> _sum = null!;

        public override void Open(ProcessStates<string, Reading> states)
        {
            _count = states.Value<int>("count");
            _values = states.List<int>("values");
            _times = states.Map<int, int>("times");
            _sum = states.Reducing("sum", a => a.Sum(r => (long)r.Value));
        }

        public override void OnRecord(in Record<Reading> record, ProcessContext<string, Summary> context)
        {
            _count.Update()++;
            _values.Add(record.Value.Value);
            _times.Update(record.Value.Value, out _)++;
            _sum.Add(record.Value);
            Assert.True(_sum.TryGet(out var sum));
            var values = new List<int>();
            foreach (var value in _values) values.Add(value);
            var times = new SortedDictionary<int, int>();
            foreach (var (value, count) in _times) times.Add(value, count);
            context.Emit(new Summary(
                context.Key, _count.Value, string.Join(' ', values), string.Join(' ', times.Select(t => $"{t.Key}:{t.Value}")), sum));
            if (record.Value.Value == 0) context.ClearState();
        }
    }

    private sealed class Growing : KeyedProcess<string, Reading, int>
    {
        private ListState<int> _values = null!;
        private MapState<int, int> _times = null!;

        public override void Open(ProcessStates<string, Reading> states)
        {
            _values = states.List<int>("values");
            _times = states.Map<int, int>("times");
        }

        public override void OnRecord(in Record<Reading> record, ProcessContext<string, int> context)
        {
            _values.Add(record.Value.Value);
            _times.Update(record.Value.Value, out _)++;
        }
    }

    private sealed class LastTwo : KeyedProcess<int, int, string>
    {
        private ListState<int> _values = null!;

        public override void Open(ProcessStates<int, int> states) => _values = states.List<int>("values");

        public override void OnRecord(in Record<int> record, ProcessContext<int, string> context)
        {
            _values.Add(record.Value);
            if (_values.Count > 2) _values.RemoveFirst();
            context.Emit(string.Join(' ', Enumerable.Range(0, _values.Count).Select(i => _values[i])));
            Assert.Throws<ArgumentOutOfRangeException>(() => _values[2]);
        }
    }

    private sealed class Twice : KeyedProcess<int, int, int>
    {
        public override void Open(ProcessStates<int, int> states)
        {
            states.Value<int>("count");
            states.List<int>("count");
        }

        public override void OnRecord(in Record<int> record, ProcessContext<int, int> context) => context.Emit(1);
    }

    private sealed class CountsRules : BroadcastProcess<int, int, int, int>
    {
        private ValueState<int> _count = null!;

        public override void Open(ProcessStates<int, int> states) => _count = states.Value<int>("count");

        public override void OnRecord(in Record<int> record, ProcessContext<int, int> context) => context.Emit(1);

        public override void OnBroadcast(in Record<int> record) => _count.Update()++;
    }
}
