using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.State;

/// <summary>A state that a step declares and its checkpoint does not know begins empty; the others are as they were.</summary>
public sealed class AddedStateTests : IDisposable
{
    private const int Keys = 5;

    private readonly TemporaryFolder _folder = new();
    private string _log;
    private int _written;

    public AddedStateTests() => _log = _folder["log"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 2)]
    public void Values_lists_maps_and_timers_added_to_a_process_survive_kills_and_other_numbers_of_workers(int before, int after)
    {
        Run(before, 10, () => new Counting());
        Kill(after, 15, () => new Growing(), takesCheckpoint: false); // nothing of it counts: the next begins where the first ended
        Kill(after, 20, () => new Growing(), takesCheckpoint: true);
        Run(before, 5, () => new Growing());

        var added = 15 + 20 + 5;
        Assert.Equal(
            Enumerable.Range(0, Keys).Select(
                key => $"{key}: {10 + added} counted; {added} in list; {added - 1} timers; max {((9 + added) * Keys) + key}"),
            Last());
    }

    [Fact]
    public void The_program_before_is_refused_once_a_checkpoint_has_the_added_states()
    {
        Run(1, 2, () => new Counting());
        Kill(1, 2, () => new Growing(), takesCheckpoint: false);
        Run(1, 2, () => new Counting());
        Run(1, 2, () => new Growing());

        Assert.Equal(
            """
            Pipeline 'growing': its steps with state are not those of checkpoint 3, which it would carry on from:
            - the pipeline lacks   process: list/bounds: Int32 -> ListBounds:16
            - the pipeline lacks   process: list: KeyPart<Int32> -> Int32:4
            - the pipeline lacks   process: map: KeyPair<Int32, Int32> -> Int32:4
            - the pipeline lacks   process: max: max of Int32 -> Kept<Int32>:8
            - the pipeline lacks   process: waiting-records: waiting by 16 ms Int32 -> Int32:4
            Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).
            """,
            Assert.Throws<PlanException>(() => Run(1, 2, () => new Counting())).Message);
    }

    [Fact]
    public void A_verb_with_state_may_be_added_and_knows_what_comes_from_then_on()
    {
        using var log = SimulatedJob.OpenLog();
        foreach (var deduplicates in (bool[])[false, true])
        {
            log.Append("numbers", [1, 1, 2]);
            var pipeline = new Pipeline("growing");
            var numbers = pipeline.From(Topic.Of<int>("numbers")).KeyBy(x => x);
            (deduplicates ? numbers.Deduplicate() : numbers).Values().To(Topic.Of<int>("out", 1));
            Stop(SimulatedJob.Start(pipeline, log, workers: 2));
        }

        Assert.Equal(["1", "1", "1", "2", "2"], log.Sorted<int>("out"));
    }

    [Fact]
    public void A_table_may_be_added_only_to_sources_that_were_not_read()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("numbers", [1, 2]);
        log.Append("others", [1, 1, 2]);
        Stop(SimulatedJob.Start(Reading("numbers", static _ => { }), log));

        Assert.Equal(
            ["step 'table' is new, and would lack the rows that source 'numbers' gave before"],
            Refusal(Reading("numbers", static numbers => To(numbers.KeyBy(x => x).ToTable())), log));
        Stop(SimulatedJob.Start(Reading("others", static others => To(Counts(others))), log));
        Assert.Equal(
            ["step 'of-counts' is new, and would lack the rows that source 'others' gave before"],
            Refusal(
                Reading("others", static others => To(
                    Counts(others).GroupBy(n => n).Aggregate(a => a.Count(), (_, count) => count, "of-counts"))),
                log));

        static void To<TKey, TRow>(Table<TKey, TRow> table)
            where TKey : notnull
            => table.Changes().Values().Select(change => change.Kind).To(Sink.Memory<ChangeKind>());

        static Table<int, long> Counts(Stream<int> numbers) => numbers.KeyBy(x => x).Aggregate(a => a.Count(), (_, count) => count);
    }

    [Fact]
    public void A_source_that_was_read_may_not_be_put_in_order()
    {
        using var log = SimulatedJob.OpenLog();
        Stop(SimulatedJob.Start(Ordered("first", isOrdered: false), log));

        Assert.Equal(["the pipeline has     first: in order of time"], Refusal(Ordered("first", isOrdered: true), log));
        SimulatedJob.Start(Ordered("second", isOrdered: true), log).Close();

        static Pipeline Ordered(string name, bool isOrdered)
        {
            var (pipeline, source) = (new Pipeline("growing"), Source.Of([2, 1], name));
            pipeline.From(isOrdered ? source.OrderBy(x => DateTimeOffset.FromUnixTimeSeconds(x)) : source).To(Topic.Of<int>("out"));
            pipeline.From(Topic.Of<int>("more")).To(Topic.Of<int>("more-out"));
            return pipeline;
        }
    }

    [Fact]
    public void A_serde_may_be_given_for_a_type_that_only_the_added_state_holds()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("numbers", [1]);
        Stop(SimulatedJob.Start(Holding(new Pipeline("growing"), hasAdded: false), log));

        Assert.Equal(
            [
                "the checkpoint has   process: kept: Int32 -> AddedStateTests.Kept",
                "the pipeline has     process: kept: Int32 -> AddedStateTests.Kept (serde of AddedStateTests.Kept: JSON)",
            ],
            Refusal(Holding(new Pipeline("growing").UseSerde(Serde.Json<Kept>()), hasAdded: true), log));
        Stop(SimulatedJob.Start(Holding(new Pipeline("growing").UseSerde(Serde.Json<Added>()), hasAdded: true), log));
    }

    [Fact]
    public void A_serde_given_for_keys_is_refused_whether_or_not_a_state_has_them()
    {
        using var log = SimulatedJob.OpenLog();
        Stop(SimulatedJob.Start(Keyed(new Pipeline("growing")), log));

        Assert.Equal(
            ["the pipeline has     serde of AddedStateTests.Kept: JSON"],
            Refusal(Keyed(new Pipeline("growing").UseSerde(Serde.Json<Kept>())), log));

        static Pipeline Keyed(Pipeline pipeline)
        {
            var numbers = pipeline.From(Topic.Of<int>("numbers"));
            numbers.KeyBy(x => x).Deduplicate().Values().To(Topic.Of<int>("once"));
            numbers.KeyBy(x => new Kept($"{x}")).Values().To(Topic.Of<int>("moved"));
            return pipeline;
        }
    }

    private static Pipeline Holding(Pipeline pipeline, bool hasAdded)
    {
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(x => x).Process(() => new Holder(hasAdded)).To(Sink.Memory<int>());
        return pipeline;
    }

    private static Pipeline Reading(string topic, Action<Stream<int>> add)
    {
        var pipeline = new Pipeline("growing");
        var numbers = pipeline.From(Topic.Of<int>(topic));
        numbers.To(Topic.Of<int>("copy"));
        add(numbers);
        return pipeline;
    }

    private static IReadOnlyList<string> Refusal(Pipeline pipeline, LogStore log)
        => Assert.Throws<PlanException>(() => SimulatedJob.Start(pipeline, log)).Faults;

    private static void Stop(SimulatedJob job)
    {
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
    }

    /// <summary>Runs a job that reads some more records of each key, and stops.</summary>
    private void Run(int workers, int records, Func<Counting> code)
    {
        using var log = Open();
        Write(log, records);
        Stop(Start(log, workers, code));
    }

    /// <summary>Runs a job that reads some more records of each key, and leaves what its process's death would leave.</summary>
    private void Kill(int workers, int records, Func<Counting> code, bool takesCheckpoint)
    {
        using var log = Open();
        Write(log, records);
        var job = Start(log, workers, code);
        job.RunUntilIdle();
        if (takesCheckpoint) job.Checkpoint();
        _log = _folder.CopyOf(_log);
        job.Close();
    }

    private LogStore Open() => LogStore.Open(_log, new LogOptions { CommitScheduler = new InlineTaskScheduler() });

    private void Write(LogStore log, int records)
    {
        log.Append("numbers", Enumerable.Range(_written * Keys, records * Keys));
        _written += records;
    }

    private static SimulatedJob Start(LogStore log, int workers, Func<Counting> code)
    {
        var pipeline = new Pipeline("growing");
        pipeline.From(Topic.Of<int>("numbers")).WithEventTime(x => (long)x).KeyBy(x => x % Keys)
            .Process(code).Values().To(Topic.Of<string>("out", 1));
        return SimulatedJob.Start(pipeline, log, workers);
    }

    private IEnumerable<string> Last()
    {
        using var log = Open();
        return [.. Topic.Of<string>("out").ReadAll(log).GroupBy(line => line.Split(':')[0]).Select(lines => lines.Last()).Order()];
    }

    /// <summary>The code before: a count.</summary>
    private class Counting : KeyedProcess<int, int, string>
    {
        private ValueState<int> _count = null!;

        public override void Open(ProcessStates<int, int> states) => _count = states.Value<int>("count");

        public override void OnRecord(in Record<int> record, ProcessContext<int, string> context)
            => context.Emit($"{context.Key}: {++_count.Update()} counted{TextOf(in record, context)}");

        protected virtual string TextOf(in Record<int> record, ProcessContext<int, string> context) => "";
    }

    /// <summary>The code after: a list, a map, an aggregate and timers beside.</summary>
    private sealed class Growing : Counting
    {
        private ListState<int> _list = null!;
        private MapState<int, int> _map = null!;
        private ReducingState<int, int> _max = null!;

        public override void Open(ProcessStates<int, int> states)
        {
            base.Open(states);
            _list = states.List<int>("list");
            _map = states.Map<int, int>("map");
            _max = states.Reducing("max", a => a.Max(x => x));
        }

        public override void OnTimer(long timestamp, ProcessContext<int, string> context) => _map.Update((int)timestamp, out _)++;

        protected override string TextOf(in Record<int> record, ProcessContext<int, string> context)
        {
            _list.Add(record.Value);
            _max.Add(record.Value);
            _max.TryGet(out var max);
            context.SetTimer(record.Timestamp);
            return $"; {_list.Count} in list; {_map.Count()} timers; max {max}";
        }
    }

    private sealed class Holder(bool hasAdded) : KeyedProcess<int, int, int>
    {
        private ValueState<Kept> _kept = null!;
        private ValueState<Added>? _added;

        public override void Open(ProcessStates<int, int> states)
        {
            _kept = states.Value<Kept>("kept");
            if (hasAdded) _added = states.Value<Added>("added");
        }

        public override void OnRecord(in Record<int> record, ProcessContext<int, int> context)
        {
            _kept.Update() = new Kept();
            _added?.Update() = new Added();
        }
    }

    private sealed record Kept(string Text = "");

    private sealed record Added(string Text = "");
}
