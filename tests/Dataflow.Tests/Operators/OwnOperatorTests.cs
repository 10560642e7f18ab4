using Dataflow.Log;
using Dataflow.State;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

/// <summary>Operators as a user writes them, through the public types alone.</summary>
public sealed class OwnOperatorTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_step_of_a_users_own_sees_each_record_and_the_end_of_each_batch()
    {
        var sums = Harness.Run(Enumerable.Range(1, 100), s => s.BatchSum());

        Assert.Equal([Enumerable.Range(1, 64).Sum(), Enumerable.Range(65, 36).Sum()], sums.Where(sum => sum > 0));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 2)]
    public void State_of_a_users_own_step_is_restored(int before, int after)
    {
        var firsts = Sink.Memory<int>();
        _log.Append("numbers", [1, 2, 1, 3]);
        Run(firsts, before);
        _log.Append("numbers", [3, 4, 1, 5, 5]);
        Run(firsts, after);

        Assert.Equal([1, 2, 3, 4, 5], firsts.Committed.Order());
    }

    [Fact]
    public void A_step_is_opened_when_its_state_is_restored_and_the_next_step_takes_records()
    {
        _log.Append("numbers", [1, 2, 1, 3]);
        Run(Sink.Memory<int>(), workers: 1);
        var found = Sink.Memory<int>();
        var pipeline = new Pipeline("own");
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(x => x).Add(input => new FoundNode(input)).To(found);
        var job = SimulatedJob.Start(pipeline, _log, workers: 2);
        job.Checkpoint();

        Assert.Equal([1, 2, 3], found.Committed.Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_step_of_a_users_own_has_outputs_and_counters_like_any_other(int workers)
    {
        var repeated = new Output<int>("repeated");
        var (firsts, others) = (Sink.Memory<int>("firsts"), Sink.Memory<int>("others"));
        var pipeline = new Pipeline("own");
        var numbers = pipeline.From(Source.Of([1, 2, 1, 3, 1])).KeyBy(x => x).Add(input => new TellingNode(input, repeated));
        numbers.To(firsts);
        numbers.SideOutput(repeated).To(others);
        var job = SimulatedJob.Start(pipeline, _log, workers);
        job.Run();

        Assert.Equal([1, 2, 3], firsts.Committed.Order());
        Assert.Equal([1, 1], others.Committed);
        var step = job.Status.Steps.Single(step => step.Name == "telling");
        Assert.Equal(2, step.Filtered);
        Assert.Equal(2, step.Total(TellingOperator.Repeats));
        Assert.Equal(
            [("odd", 2L)],
            step.Counters.Where(count => count.Definition == TellingOperator.Repeats && count.Value > 0)
            .Select(count => (count.Tag!, count.Value)));
        Assert.Equal(0, step.InFlight);
        Assert.Equal(3, step.Counters.Single(count => count.Definition == TellingOperator.Known).Value);
    }

    [Fact]
    public void Two_steps_of_a_users_own_with_state_and_one_name_are_refused()
    {
        var pipeline = new Pipeline("own");
        var numbers = pipeline.From(Topic.Of<int>("numbers"));
        numbers.KeyBy(x => x % 10, "ten").FirstOfKey().To(Sink.Memory<int>("a"));
        numbers.KeyBy(x => x % 3, "three").FirstOfKey().To(Sink.Memory<int>("b"));

        Assert.Equal(
            "Pipeline 'own': two steps with state are called 'first-of-key'. Give one of them another name, as its argument 'name'.",
            Assert.Throws<PlanException>(pipeline.Explain).Message);
    }

    [Fact]
    public void State_of_a_users_own_step_that_changed_its_type_is_refused()
    {
        _log.Append("numbers", [1, 2]);
        Run(Sink.Memory<int>(), workers: 1);
        var pipeline = new Pipeline("own");
        pipeline.From(Topic.Of<int>("numbers")).Select(x => (long)x).KeyBy(x => x).FirstOfKey().To(Sink.Memory<long>());

        Assert.Equal(
            """
            Pipeline 'own': its steps with state are not those of checkpoint 1, which it would carry on from:
            - the checkpoint has   first-of-key: state: Int32 -> Boolean:1
            - the pipeline has     first-of-key: state: Int64 -> Boolean:1
            Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).
            """,
            Assert.Throws<PlanException>(() => SimulatedJob.Start(pipeline, _log)).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Two_steps_of_one_name_that_save_the_same_are_refused_by_the_first_checkpoint(int workers)
    {
        var pipeline = new Pipeline("own");
        var numbers = pipeline.From(Source.Of([1, 2]));
        numbers.Add(input => new SavingNode(input)).To(Sink.Memory<int>("a"));
        numbers.KeyBy(x => x).Values().Add(input => new SavingNode(input)).To(Sink.Memory<int>("b"));
        var job = SimulatedJob.Start(pipeline, _log, workers);

        Assert.Contains(
            "Two steps of one name keep 'step/saving/all' in checkpoints, and a restart would mix them. Give one of the steps another name",
            Assert.ThrowsAny<DataflowException>(job.Run).Message,
            StringComparison.Ordinal);
        job.Close();
    }

    [Fact]
    public void State_that_cannot_be_written_or_is_declared_twice_is_a_fault_of_the_plan()
    {
        var pipeline = new Pipeline("own");
        var numbers = pipeline.From(Source.Of([1])).KeyBy(x => x);
        numbers.Add(
            input => new DeclaringNode("twice", input, declare => (declare.State<int, int>("count"), declare.State<int, long>("count"))))
            .To(Sink.Memory<int>("a"));
        numbers.Add(input => new DeclaringNode("code", input, declare => declare.State<int, Func<int>>())).To(Sink.Memory<int>("b"));

        var faults = Assert.Throws<PlanException>(pipeline.Explain).Faults;
        Assert.Equal(2, faults.Count);
        Assert.Equal("step 'twice' declares two states called 'count'. Give each a name of its own.", faults[0]);
        Assert.StartsWith("step 'code': Type Func<Int32>", faults[1], StringComparison.Ordinal);
    }

    [Fact]
    public void States_whose_names_have_the_same_number_are_refused()
    {
        var names = new Dictionary<uint, string>();
        var (number, other) = (0, "");
        while (names.TryAdd(StateId.Of($"step-{number}/state"), $"step-{number}")) number++;
        other = names[StateId.Of($"step-{number}/state")];
        var pipeline = new Pipeline("own");
        foreach (var name in new[] { other, $"step-{number}" })
        {
            pipeline.From(Source.Of([1], name)).KeyBy(x => x)
                .Add(input => new DeclaringNode(name, input, declare => declare.State<int, int>()))
                .To(Sink.Memory<int>($"{name}-out"));
        }

        Assert.Equal(
            $"Pipeline 'own': states of steps '{other}' and 'step-{number}' would be kept under one number. Give one of the steps another "
                + "name.",
            Assert.Throws<PlanException>(pipeline.Explain).Message);
    }

    [Fact]
    public void An_asynchronous_step_of_a_users_own_keeps_the_order()
        => Assert.Equal([2, 4, 6], Harness.Run([1, 2, 3], s => s.Add(input => new DoubledNode(input))));

    [Fact]
    public void Is_closed_once_also_when_the_job_never_ran_to_its_end()
    {
        var closed = new List<string>();
        var pipeline = new Pipeline("own");
        pipeline.From(Source.Of([1])).Add(input => new WatchedNode(input, closed)).To(Sink.Memory<int>());

        var job = SimulatedJob.Start(pipeline, _log);
        job.Close();
        job.Close();

        Assert.Equal(["open on 0 of 1", "closed"], closed);
    }

    private void Run(MemorySink<int> firsts, int workers)
    {
        var pipeline = new Pipeline("own");
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(x => x).FirstOfKey().To(firsts);
        var job = SimulatedJob.Start(pipeline, _log, workers);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
    }

    private sealed record TellingNode(Node<Keyed<int, int>> Before, Output<int> Repeated)
        : Node<Keyed<int, int>, Keyed<int, int>>("telling", Before)
    {
        public override Operator<Keyed<int, int>, Keyed<int, int>> CreateOperator() => new TellingOperator(Repeated);
    }

    private sealed class TellingOperator(Output<int> repeated) : Operator<Keyed<int, int>, Keyed<int, int>>
    {
        private KeyedState<int, bool> _seen = null!;
        private SideOutput<Keyed<int, int>> _repeated = null!;
        private Counter _filtered = null!;
        private Counter _odd = null!;
        private Counter _even = null!;

        public static CounterDefinition Repeats { get; } = new("own.repeats", "{record}", "Records whose key was there.") { Tag = "kind" };

        public static CounterDefinition Known { get; } = new("own.known", "{key}", "Keys that are known.") { IsGauge = true };

        public override bool IsOneToOne => true;

        public override void Process(in Record<Keyed<int, int>> record)
        {
            _seen.Update(record.Value.Key, out var isKnown) = true;
            if (!isKnown)
            {
                Emit(in record);
                return;
            }

            _filtered.Add();
            (record.Value.Value % 2 == 1 ? _odd : _even).Add();
            _repeated.Emit(in record);
        }

        protected override void Declare(StepDeclaration declare)
        {
            _seen = declare.State<int, bool>();
            _repeated = declare.Output<int, int>(repeated);
            _filtered = declare.Counter(CounterDefinition.Filtered);
            (_odd, _even) = (declare.Counter(Repeats, "odd"), declare.Counter(Repeats, "even"));
            declare.Gauge(Known, () => _seen.Count);
        }
    }

    /// <summary>Emits the keys that the state of <see cref="OwnSteps.FirstOfKeyNode{TKey, T}"/> holds at the start.</summary>
    private sealed record FoundNode(Node<Keyed<int, int>> Before) : Node<Keyed<int, int>, Keyed<int, int>>("first-of-key", Before)
    {
        public override Operator<Keyed<int, int>, Keyed<int, int>> CreateOperator() => new FoundOperator();
    }

    private sealed class FoundOperator : Operator<Keyed<int, int>, Keyed<int, int>>
    {
        private KeyedState<int, bool> _seen = null!;

        public override void Process(in Record<Keyed<int, int>> record) => _seen.Update(record.Value.Key, out _);

        protected override void Declare(StepDeclaration declare) => _seen = declare.State<int, bool>();

        protected override void Open()
        {
            for (var key = 0; key < 10; key++)
            {
                if (_seen.TryGet(key, out _)) Emit(new Record<Keyed<int, int>>(new(key, key), 0, default));
            }
        }
    }

    private sealed record SavingNode(Node<int> Before) : Node<int, int>("saving", Before)
    {
        public override Operator<int, int> CreateOperator() => new SavingOperator();
    }

    private sealed class SavingOperator : Operator<int, int>
    {
        public override void Process(in Record<int> record) => Emit(in record);

        public override void Capture(StepCheckpoint checkpoint) => checkpoint.Save("all", [1]);
    }

    private sealed record DeclaringNode(string Name, Node<Keyed<int, int>> Before, Func<StepDeclaration, object> DeclareAll)
        : Node<Keyed<int, int>, Keyed<int, int>>(Name, Before)
    {
        public override Operator<Keyed<int, int>, Keyed<int, int>> CreateOperator() => new DeclaringOperator(DeclareAll);
    }

    private sealed class DeclaringOperator(Func<StepDeclaration, object> declareAll) : Operator<Keyed<int, int>, Keyed<int, int>>
    {
        public override void Process(in Record<Keyed<int, int>> record) => Emit(in record);

        protected override void Declare(StepDeclaration declare) => declareAll(declare);
    }

    private sealed record DoubledNode(Node<int> Before) : Node<int, int>("doubled", Before)
    {
        public override Operator<int, int> CreateOperator() => new DoubledOperator();
    }

    private sealed class DoubledOperator() : AsyncOperator<int, int>(new AsyncOptions { Concurrency = 2 })
    {
        protected override async Task<int> CallAsync(int value, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return value * 2;
        }
    }

    private sealed record WatchedNode(Node<int> Before, List<string> Seen) : Node<int, int>("watched", Before)
    {
        public override Operator<int, int> CreateOperator() => new WatchedOperator(Seen);
    }

    private sealed class WatchedOperator(List<string> seen) : Operator<int, int>
    {
        public override void Process(in Record<int> record) => Emit(in record);

        public override void Close() => seen.Add("closed");

        protected override void Open() => seen.Add($"open on {Context.Worker} of {Context.Workers}");
    }
}

internal static class OwnSteps
{
    extension(Stream<int> stream)
    {
        /// <summary>The sum of each batch that came at once.</summary>
        public Stream<int> BatchSum() => stream.Add(input => new BatchSumNode(input));
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>The first value of each key.</summary>
        public KeyedStream<TKey, T> FirstOfKey() => stream.Add(input => new FirstOfKeyNode<TKey, T>(input));
    }

    private sealed record BatchSumNode(Node<int> Before) : Node<int, int>("batch-sum", Before)
    {
        public override Operator<int, int> CreateOperator() => new BatchSumOperator();
    }

    private sealed class BatchSumOperator : Operator<int, int>
    {
        private int _sum;
        private Record<int> _last;

        public override void Process(in Record<int> record)
        {
            _sum += record.Value;
            _last = record;
        }

        public override void EndOfBatch()
        {
            Emit(_last.With(_sum));
            _sum = 0;
        }
    }

    private sealed record FirstOfKeyNode<TKey, T>(Node<Keyed<TKey, T>> Before)
        : Node<Keyed<TKey, T>, Keyed<TKey, T>>("first-of-key", Before)
        where TKey : notnull
    {
        public override Operator<Keyed<TKey, T>, Keyed<TKey, T>> CreateOperator() => new FirstOfKeyOperator<TKey, T>();
    }

    private sealed class FirstOfKeyOperator<TKey, T> : Operator<Keyed<TKey, T>, Keyed<TKey, T>>
        where TKey : notnull
    {
        private KeyedState<TKey, bool> _seen = null!;

        public override void Process(in Record<Keyed<TKey, T>> record)
        {
            _seen.Update(record.Value.Key, out var isKnown) = true;
            if (!isKnown) Emit(in record);
        }

        protected override void Declare(StepDeclaration declare) => _seen = declare.State<TKey, bool>();
    }
}
