using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Processing;

public sealed class BroadcastProcessTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Every_worker_sees_the_broadcast_state_also_after_a_restart_with_more_or_fewer()
        => Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[0, 1000]).Sample(
            (before, after, seed) =>
            {
                using var log = SimulatedJob.OpenLog();
                var alarms = Sink.Memory<string>();
                log.Append("limits", [new Limit("even", 10), new Limit("odd", 20), new Limit("gone", 0)]);
                log.Append("readings", Array.Empty<Reading>());
                var job = SimulatedJob.Start(Alarms(alarms), log, before, seed);
                job.RunUntilIdle();
                log.Append("limits", [new Limit("odd", 30), new Limit("gone", -1)]);
                job.RunUntilIdle();
                job.Checkpoint();
                job.Close();

                job = SimulatedJob.Start(Alarms(alarms), log, after, seed);
                log.Append("readings", Enumerable.Range(0, 40).Select(i => new Reading($"s{i}", i, i)));
                job.RunUntilIdle();
                job.Checkpoint();

                Assert.Equal(
                    Enumerable.Range(0, 40).Where(i => i > (i % 2 == 0 ? 10 : 30)).Select(i => $"s{i}: {i}, 2 limits").Order(),
                    alarms.Committed.Order());
                job.Close();
            },
            iter: 12);

    [Fact]
    public void A_second_stream_without_event_time_does_not_hold_time_back()
    {
        var pipeline = new Pipeline("time");
        var counts = Sink.Memory<long>();
        _log.Append("limits", [new Limit("even", 10)]);
        _log.Append("readings", [new Reading("a", 5, 100), new Reading("a", 2000, 100)]);
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Process(pipeline.From(Topic.Of<Limit>("limits")), () => new Alarm())
            .Window(Tumbling.Every(TimeSpan.FromSeconds(1))).Aggregate(a => a.Count(), (_, _, n) => n)
            .To(counts);
        var job = SimulatedJob.Start(pipeline, _log, workers: 2);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal([1], counts.Committed);
        job.Close();
    }

    [Fact]
    public void Broadcast_state_is_not_changed_for_one_key()
    {
        var pipeline = new Pipeline("broadcast");
        var results = Sink.Memory<int>();
        pipeline.From(Source.Of([1])).KeyBy(x => x)
            .Process(pipeline.From(Source.Of([2], "rules")), () => new ChangesByKey()).To(results);

        var error = Assert.Throws<OperatorException>(() => Harness.Run(pipeline, results));
        Assert.Contains("changed in OnBroadcast alone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Side_outputs_come_out_as_streams_of_their_own()
    {
        var (odd, text) = (new Output<int>("odd"), new Output<string>("text"));
        var pipeline = new Pipeline("sides");
        var (evens, odds, texts) = (Sink.Memory<int>("evens"), Sink.Memory<int>("odds"), Sink.Memory<string>("texts"));
        var split = pipeline.From(Source.Of(Enumerable.Range(0, 100))).WithEventTime(x => (long)x).KeyBy(x => x % 7)
            .Process(() => new Splits(odd, text));
        split.To(evens);
        split.SideOutput(odd).To(odds);
        split.SideOutput(text).Window(Tumbling.Every(TimeSpan.FromSeconds(1))).Aggregate(a => a.Count(), (key, _, n) => $"{key}: {n}")
            .To(texts);
        Assert.Contains("text (from process)", pipeline.Explain().ToString(), StringComparison.Ordinal);

        SimulatedJob.Start(pipeline, _log, workers: 2).Run();

        Assert.Equal(Enumerable.Range(0, 100).Where(x => x % 2 == 0), evens.Committed.Order());
        Assert.Equal(Enumerable.Range(0, 100).Where(x => x % 2 == 1), odds.Committed.Order());
        Assert.Equal(
            Enumerable.Range(0, 7).Select(key => $"{key}: {Enumerable.Range(0, 100).Count(x => x % 7 == key)}"), texts.Committed.Order());
        Assert.Same(split.SideOutput(odd).Pairs.Node, split.SideOutput(odd).Pairs.Node);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_output_of_the_same_name_that_is_not_the_one_taken_is_an_error(bool keepsRejected)
    {
        var pipeline = new Pipeline("namesakes") { OnError = keepsRejected ? ErrorPolicy.DeadLetter() : ErrorPolicy.Stop };
        _log.Append("numbers", [1, 2]);
        var split = pipeline.From(Topic.Of<int>("numbers").StopAtEnd()).KeyBy(x => x)
            .Process(() => new Splits(new Output<int>("odd"), new Output<string>("nobody takes it")));
        split.To(Sink.Memory<int>());
        split.SideOutput(new Output<int>("odd")).To(Sink.Memory<int>("odds"));

        const string Reason = "Nobody takes this Output object 'odd', but another of the same name and type. Make one, and give it to the "
            + "step's code and to SideOutput.";
        var job = SimulatedJob.Start(pipeline, _log);
        if (keepsRejected)
        {
            job.Run();
            Assert.Equal(Reason, Topic.Of<DeadLetter>("namesakes.dead-letters").ReadAll(_log).Single().Reason);
            return;
        }

        var error = Assert.Throws<OperatorException>(job.Run);
        Assert.StartsWith($"Operator 'process' failed on numbers[0]@0: {Reason}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_the_step_does_not_have_is_a_fault_of_the_plan()
    {
        var pipeline = new Pipeline("sides");
        pipeline.From(Source.Of([1])).KeyBy(x => x).SideOutput(new Output<int>("odd")).To(Sink.Memory<int>());

        Assert.Equal(
            "Pipeline 'sides': step 'key-by' has no output 'odd' of these records. Take SideOutput of the step that declares it, with the "
                + "same Output object.",
            Assert.Throws<PlanException>(pipeline.Explain).Message);
    }

    private static Pipeline Alarms(MemorySink<string> alarms)
    {
        var pipeline = new Pipeline("alarms");
        pipeline.From(Topic.Of<Reading>("readings")).KeyBy(r => r.Sensor)
            .Process(pipeline.From(Topic.Of<Limit>("limits")), () => new Alarm()).To(alarms);
        return pipeline;
    }

    public sealed record Limit(string Kind, int Value);

    /// <summary>Reports readings above the limit for even or odd values.</summary>
    private sealed class Alarm : BroadcastProcess<string, Reading, Limit, string>
    {
        private BroadcastState<string, int> _limits = null!;

        public override void Open(ProcessStates<string, Reading> states) => _limits = states.Broadcast<string, int>("limits");

        public override void OnRecord(in Record<Reading> record, ProcessContext<string, string> context)
        {
            var value = record.Value.Value;
            if (!_limits.TryGet(value % 2 == 0 ? "even" : "odd", out var limit) || value > limit)
                context.Emit($"{context.Key}: {value}, {_limits.ToList().Count} limits");
        }

        public override void OnBroadcast(in Record<Limit> record)
        {
            if (record.Value.Value < 0) _limits.Remove(record.Value.Kind);
            else _limits.Set(record.Value.Kind, record.Value.Value);
        }
    }

    private sealed class ChangesByKey : BroadcastProcess<int, int, int, int>
    {
        private BroadcastState<int, int> _rules = null!;

        public override void Open(ProcessStates<int, int> states) => _rules = states.Broadcast<int, int>("rules");

        public override void OnRecord(in Record<int> record, ProcessContext<int, int> context) => _rules.Set(1, 1);

        public override void OnBroadcast(in Record<int> record) => _rules.Set(record.Value, 1);
    }

    private sealed class Splits(Output<int> odd, Output<string> text) : KeyedProcess<int, int, bool, int>
    {
        public override void OnRecord(in Record<int> record, ref bool state, ProcessContext<int, int> context)
        {
            if (record.Value % 2 == 0) context.Emit(record.Value);
            else context.Emit(odd, record.Value);
            context.Emit(text, $"{record.Value}");
        }
    }
}
