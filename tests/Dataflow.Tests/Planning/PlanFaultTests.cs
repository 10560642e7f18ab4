using System.Diagnostics.CodeAnalysis;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Testing;
using Dataflow.Tests.Operators;

namespace Dataflow.Tests.Planning;

/// <summary>What a user reads when a pipeline cannot run as it is written.</summary>
public sealed class PlanFaultTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Lists_every_fault_at_once()
    {
        var pipeline = new Pipeline("my pipeline");
        var numbers = pipeline.From(Source.Of([1], "numbers"));
        var again = pipeline.From(Source.Of([2], "numbers"));
        numbers.KeyBy(x => x).Window(Tumbling.Every(Minute)).Aggregate(a => a.Count(), (_, _, n) => n).To(Topic.Of<long>("out"));
        again.KeyBy(x => $"{x}").Process(() => new Unwritable()).Values().WithEventTime(x => (long)x).KeyBy(x => new[] { x })
            .Window(Tumbling.Every(Minute)).Aggregate(a => a.Count(), (_, _, n) => n).To(Topic.Of<long>("out"));

        Check(pipeline, """
            Pipeline 'my pipeline' has 8 faults:
            - the name has ' ' at index 2. Use letters, digits, '.', '_' and '-' only: it becomes part of topic names.
            - two sources are called 'numbers'. If they read different things, give one of them another name (Source.Of takes one behind a list); if they read the same, call From once and use its stream twice.
            - two streams go to 'out'. Give each a sink of its own, with a name of its own.
            - two steps with state are called 'window-aggregate'. Give one of them another name, as the argument 'name' of Window.
            - Window 'window' needs event time. Add WithEventTime(...) before KeyBy.
            - Event time 'event-time' stands behind an exchange, where a source's order is lost. Call WithEventTime before KeyBy.
            - step 'key-by': Key Int32[]: two of equal content are different keys, since C# compares them by reference. Give KeyBy a string, a number or a record of them.
            - step 'process': Type Hidden: member 'Make' is code (Func<Int32>), which has no bytes. Leave it out with [IgnoreMember], or keep what it is chosen by.
            """);
    }

    [Fact]
    public void Says_that_nothing_is_read() => Check(new Pipeline("empty"), "Pipeline 'empty': nothing is read. Begin with From(...).");

    [Fact]
    public void Says_that_nothing_is_written()
    {
        var pipeline = new Pipeline("silent");
        pipeline.From(Source.Of([1])).Select(x => x + 1);

        Check(pipeline, "Pipeline 'silent': nothing is written. End a stream with To(...).");
    }

    [Fact]
    public void Says_which_types_of_topics_and_keys_cannot_be_written()
    {
        var pipeline = new Pipeline("types");
        pipeline.From(Topic.Of<Hidden>("in")).KeyBy(x => x).Process(() => new RunningCount<Hidden, Hidden>())
            .Select(_ => new Hidden(1)).To(Topic.Of<Hidden>("out"));

        Check(pipeline, """
            Pipeline 'types' has 3 faults:
            - step 'in': Type Hidden: member 'Make' is code (Func<Int32>), which has no bytes. Leave it out with [IgnoreMember], or keep what it is chosen by.
            - step 'key-by': Key Hidden: member 'Make' is Func<Int32>: it has an Equals of its own, and what that compares cannot be seen. Give KeyBy a string, a number or a record of what it compares, or the pipeline UseSerde(...) with a Serde<Func<Int32>> that writes equal keys as equal bytes.
            - step 'out': Type Hidden: member 'Make' is code (Func<Int32>), which has no bytes. Leave it out with [IgnoreMember], or keep what it is chosen by.
            """);
    }

    [Fact]
    public void Says_that_two_event_times_of_a_source_share_a_name()
    {
        var pipeline = new Pipeline("times");
        var flights = pipeline.From(Source.Of([1L], "flights"));
        flights.WithEventTime(x => x).To(Sink.Memory<long>("departures"));
        flights.WithEventTime(x => x + 5).To(Sink.Memory<long>("arrivals"));

        Check(pipeline, """
            Pipeline 'times': two steps that give event time to 'flights' are called 'event-time'. Give one of them another name, as its argument 'name'.
            """);
    }

    [Fact]
    public void Says_which_steps_handle_timers_of_event_time_or_its_order_on_a_stream_without_event_time()
    {
        var pipeline = new Pipeline("timers");
        var numbers = pipeline.From(Source.Of([1])).KeyBy(x => x);
        numbers.Process(() => new OneTimer(), "one").To(Sink.Memory<int>("a"));
        numbers.Process(() => new Timer(), "many").To(Sink.Memory<int>("b"));
        numbers.Process(pipeline.From(Source.Of([1], "rules")), () => new RuleTimer(), "rules-timer").To(Sink.Memory<int>("c"));
        numbers.Process(() => new Ordered(), "ordered").To(Sink.Memory<int>("d"));
        numbers.Process(() => new ByClock(), "by-clock").To(Sink.Memory<int>("e"));

        const string Remedy = "Add WithEventTime(...) before KeyBy, or take SetProcessingTimer and OnProcessingTimer for timers of the "
            + "clock.";
        Check(pipeline, $"""
            Pipeline 'timers' has 4 faults:
            - Process 'one' handles timers of event time (OnTimer), which its stream does not have. {Remedy}
            - Process 'many' handles timers of event time (OnTimer), which its stream does not have. {Remedy}
            - Process 'rules-timer' handles timers of event time (OnTimer), which its stream does not have. {Remedy}
            - Process 'ordered' takes records in the order of event time (InTimeOrder), which needs event time. Add WithEventTime(...) before KeyBy.
            """);
    }

    [Fact]
    public void Says_that_two_outputs_of_a_step_have_one_name()
    {
        var pipeline = new Pipeline("outputs");
        var ones = pipeline.From(Source.Of([1])).KeyBy(x => x).Process(() => new ByClock());
        ones.SideOutput(new Output<int>("alerts")).To(Sink.Memory<int>("a"));
        ones.SideOutput(new Output<int>("alerts")).To(Sink.Memory<int>("b"));
        ones.SideOutput(new Output<int>("others")).To(Sink.Memory<int>("c"));

        Check(pipeline, """
            Pipeline 'outputs': step 'process' has two outputs called 'alerts' that streams are taken of. Make one Output object, and give it to the step and to SideOutput; call others by names of their own.
            """);
    }

    [Fact]
    public void Lists_two_steps_of_one_name_though_one_of_them_has_other_faults()
    {
        var pipeline = new Pipeline("namesakes");
        var numbers = pipeline.From(Source.Of([1])).KeyBy(x => $"{x}");
        numbers.Process(() => new Unwritable()).To(Sink.Memory<int>("a"));
        numbers.Process(() => new Good()).To(Sink.Memory<int>("b"));

        Check(pipeline, """
            Pipeline 'namesakes' has 2 faults:
            - two steps with state are called 'process'. Give one of them another name, as its argument 'name'.
            - step 'process': Type Hidden: member 'Make' is code (Func<Int32>), which has no bytes. Leave it out with [IgnoreMember], or keep what it is chosen by.
            """);
    }

    [Fact]
    public void Says_that_a_table_belongs_to_another_pipeline()
    {
        var rows = new Pipeline("other").Table(Source.Of([1], "rows"), x => x);
        var pipeline = new Pipeline("mine");
        pipeline.From(Source.Of([1])).KeyBy(x => x).Join(rows, (x, row) => x + row).To(Sink.Memory<int>());

        Check(pipeline, """
            Pipeline 'mine': step 'join' uses 'rows' of another pipeline. Make both in one pipeline.
            """);
    }

    [Fact]
    public void Refuses_a_pipeline_whose_steps_no_longer_fit_its_checkpoint()
    {
        var pipeline = new Pipeline("counts");
        pipeline.From(Source.Of([1])).WithEventTime(x => (long)x).KeyBy(x => x)
            .Window(Tumbling.Every(Minute)).Aggregate(a => a.Count(), (_, _, n) => n).To(Topic.Of<long>("out"));
        SimulatedJob.Start(pipeline, _log).Run();

        var changed = new Pipeline("counts");
        changed.From(Source.Of([1])).WithEventTime(x => (long)x).KeyBy(x => x)
            .Window(Tumbling.Every(2 * Minute)).Aggregate(a => (a.Count(), a.Max(x => x)), (_, _, n, _) => n).To(Topic.Of<long>("out"));

        Check(() => SimulatedJob.Start(changed, _log), """
            Pipeline 'counts': its steps with state are not those of checkpoint 1, which it would carry on from:
            - the checkpoint has   window-aggregate: tumbling 00:01:00, count
            - the pipeline has     window-aggregate: tumbling 00:02:00, count, max
            - the checkpoint has   window-aggregate: panes: Int32 -> Int64:8
            - the pipeline has     window-aggregate: panes: Int32 -> (Int64, Kept<Int32>):16
            Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).
            """);
    }

    [Fact]
    public async Task What_the_refusal_of_another_state_advises_helps()
    {
        var stop = TestContext.Current.CancellationToken;
        SimulatedJob.Start(Counting(1), _log).Run();
        Assert.Throws<PlanException>(() => SimulatedJob.Start(Counting(2), _log));
        SimulatedJob.Start(Counting(1), _log).Close();
        SimulatedJob.Start(Counting(2, "counts-2"), _log).Run();
        await Counting(2).ForgetAsync(new JobOptions { Log = _log }, stop);
        SimulatedJob.Start(Counting(2), _log).Run();
        Assert.Equal(3, Topic.Of<long>("out").ReadAll(_log).Count());

        static Pipeline Counting(int minutes, string name = "counts")
        {
            var pipeline = new Pipeline(name);
            pipeline.From(Source.Of([1])).WithEventTime(x => (long)x).KeyBy(x => x)
                .Window(Tumbling.Every(minutes * Minute)).Aggregate(a => a.Count(), (_, _, n) => n).To(Topic.Of<long>("out"));
            return pipeline;
        }
    }

    [Fact]
    public void Refuses_state_that_another_version_wrote()
    {
        var pipeline = new Pipeline("old");
        pipeline.From(Source.Of([1])).KeyBy(x => x).Process(() => new RunningCount<int, int>()).Values().To(Sink.Memory<long>());
        var before = Manifest.Read(
            """{"Epoch":3,"Format":3,"Signature":["process: count: Int32 -> Int64:8"],"Positions":[],"Blobs":{},"IsFinished":false}"""u8);
        Assert.StartsWith(
            "Pipeline 'old': checkpoint 3 was written by another version, which wrote state in another way. Run that version, or begin "
                + "anew",
            Assert.Throws<CheckpointException>(() => new RestoredCheckpoint(before).CheckMatches(Plan.Of(pipeline), [])).Message,
            StringComparison.Ordinal);
        new RestoredCheckpoint(before with { Format = Manifest.CurrentFormat }).CheckMatches(Plan.Of(pipeline), []);
    }

    [Fact]
    public void Refuses_a_pipeline_without_the_step_that_had_opened_state_of_its_own()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("numbers", [1]);
        var pipeline = new Pipeline("own");
        var numbers = Topic.Of<int>("numbers");
        pipeline.From(numbers).KeyBy(x => x).FirstOfKey().To(Sink.Memory<int>());
        var job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();

        var changed = new Pipeline("own");
        changed.From(numbers).To(Sink.Memory<int>());

        Check(() => SimulatedJob.Start(changed, log), """
            Pipeline 'own': its steps with state are not those of checkpoint 1, which it would carry on from:
            - the pipeline lacks   first-of-key: state: Int32 -> Boolean:1
            Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).
            """);
    }

    private static void Check(Pipeline pipeline, string expected) => Check(() => pipeline.Explain(), expected);

    private static void Check(Action action, string expected) => Check<PlanException>(action, expected);

    private static void Check<TError>(Action action, string expected)
        where TError : Exception
        => Assert.Equal(expected, Assert.ThrowsAny<TError>(action).Message);

    [SuppressMessage("Performance", "CA1812", Justification = "A type that MessagePack cannot reach.")]
    private sealed record Hidden(int Number, Func<int>? Make = null);

    private sealed class OneTimer : KeyedProcess<int, int, int, int>
    {
        public override void OnRecord(in Record<int> record, ref int state, ProcessContext<int, int> context)
        {
        }

        public override void OnTimer(long timestamp, ref int state, ProcessContext<int, int> context)
        {
        }
    }

    private class ByClock : BroadcastProcess<int, int, int, int>
    {
        public override void OnRecord(in Record<int> record, ProcessContext<int, int> context)
        {
        }

        public override void OnBroadcast(in Record<int> record)
        {
        }

        public override void OnProcessingTimer(long timestamp, ProcessContext<int, int> context)
        {
        }
    }

    private class RuleTimer : ByClock
    {
        public override void OnTimer(long timestamp, ProcessContext<int, int> context)
        {
        }
    }

    private sealed class Timer : RuleTimer
    {
        public override bool InTimeOrder => false;
    }

    private sealed class Ordered : ByClock
    {
        public override bool InTimeOrder => true;
    }

    private sealed class Good : KeyedProcess<string, int, int, int>
    {
        public override void OnRecord(in Record<int> record, ref int state, ProcessContext<string, int> context) => context.Emit(1);
    }

    private sealed class Unwritable : KeyedProcess<string, int, Hidden?, int>
    {
        public override void OnRecord(in Record<int> record, ref Hidden? state, ProcessContext<string, int> context) => context.Emit(1);
    }
}
