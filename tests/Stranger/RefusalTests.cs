using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;
using Stranger.Calls;
using Stranger.Profiles;
using Stranger.Windows;

namespace Stranger;

/// <summary>A step of one's own that is wrong is refused before it runs, in the words that built-in steps get.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Two_steps_with_state_and_one_name()
    {
        var pipeline = new Pipeline("wrong");
        var readings = pipeline.Readings("readings");
        readings.Profile(new Profiles<int>(), static reading => reading.Value);
        readings.Profile(new Profiles<int>(), static reading => reading.Time);

        Assert.Equal(
            ["two steps with state are called 'profile'. Give one of them another name, as its argument 'name'."], FaultsOf(pipeline));
    }

    [Fact]
    public void Two_states_of_one_name()
        => Assert.Equal(
            ["step 'own' declares two states called 'count'. Give each a name of its own."],
            FaultsOf(Declaring(static declare =>
            {
                declare.State<int, int>("count");
                declare.State<KeyPart<int>, long>("count");
            })));

    [Fact]
    public void State_by_something_else_than_the_keys_of_the_stream()
        => Assert.Equal(
            ["step 'own' keeps 'of-place' by (Int32, String), and its stream has keys of Int32. "
                + "Keep it by those: KeyPart and KeyPair hold several values of a key."],
            FaultsOf(Declaring(static declare => declare.State<(int, string), int>("of-place"))));

    [Fact]
    public void State_by_key_where_records_have_no_keys()
    {
        var pipeline = new Pipeline("wrong");
        pipeline.From(Topic.Of<int>("numbers")).Add(static input => new UnkeyedNode(input)).To(Sink.Memory<int>());

        Assert.Equal(["step 'unkeyed' keeps 'seen' by Int32, and its stream has no keys. Call KeyBy before it."], FaultsOf(pipeline));
    }

    [Fact]
    public void State_by_key_on_the_pairs_of_a_stream_that_were_not_brought_together()
    {
        var pipeline = new Pipeline("wrong");
        pipeline.Readings("readings").Pairs.Add(static input => new OwnNode(input, static declare => declare.State<int, int>("seen")))
            .To(Sink.Memory<Keyed<int, Reading>>());

        Assert.Equal(
            ["step 'own' keeps 'seen' by Int32, and its stream has the records of a key on several workers. "
                + "Add it to the keyed stream, not to its Pairs."],
            FaultsOf(pipeline));
    }

    [Fact]
    public void A_timer_and_a_state_of_one_name()
        => Assert.Equal(
            ["step 'own' declares two states called 'due'. Give each a name of its own."],
            FaultsOf(Declaring(static declare =>
            {
                declare.NamespacedState<int, int>("due");
                declare.Timers<int>("due");
            })));

    [Fact]
    public void State_of_a_type_that_cannot_be_written()
    {
        var faults = FaultsOf(Declaring(static declare => declare.State<int, Func<int>>()));

        Assert.StartsWith("step 'own': Type Func<Int32>", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_partial_aggregate_that_the_running_step_does_not_take()
    {
        var pipeline = new Pipeline("wrong");
        pipeline.Readings("readings").Add(static input => new PartialNode(input)).Values().To(Sink.Memory<Reading>());

        Assert.Equal(
            ["step 'partial' has a PartialAggregation that its operator does not take. Implement ITakesParts of the same key and "
                + "accumulator."],
            FaultsOf(pipeline));
    }

    [Fact]
    public void What_a_step_declares_as_a_fault()
        => Assert.Equal(
            ["step 'own' has no rule. Give it one."],
            FaultsOf(Declaring(static declare => declare.Fault("step 'own' has no rule. Give it one."))));

    [Fact]
    public void A_side_output_that_the_step_does_not_have()
    {
        var pipeline = new Pipeline("wrong");
        var sums = pipeline.Readings("readings").SumEvery(TimeSpan.FromSeconds(1), 3, static reading => reading.Value);
        sums.SideOutput(new Output<Reading>("late")).Values().To(Sink.Memory<Reading>("late"));
        sums.Values().To(Sink.Memory<WindowSum>("sums"));

        Assert.Equal(
            ["step 'sum' has no output 'late' of these records. Take SideOutput of the step that declares it, with the same Output "
                + "object."],
            FaultsOf(pipeline));
    }

    [Fact]
    public void State_that_changed_its_type_or_its_meaning_since_the_checkpoint()
    {
        _log.Write("readings", Input.Readings(seed: 1));
        var job = SimulatedJob.Start(Summing(TimeSpan.FromSeconds(1)), _log);
        job.Run();

        Assert.Equal(
            """
            Pipeline 'wrong': its steps with state are not those of checkpoint 1, which it would carry on from:
            - the checkpoint has   sum: windows of 1000 ms
            - the pipeline has     sum: windows of 2000 ms
            Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).
            """,
            Assert.Throws<PlanException>(() => SimulatedJob.Start(Summing(TimeSpan.FromSeconds(2)), _log)).Message);
    }

    [Fact]
    public void The_plan_shows_a_step_as_it_shows_others()
    {
        var pipeline = new Pipeline("shown");
        pipeline.Readings("readings")
            .Ask(static reading => $"{reading.Value}", static (asked, _) => Task.FromResult(asked), new AsyncOptions { Concurrency = 3 })
            .Values().To(Sink.Memory<string>());

        Assert.Contains("ask (3 in flight)", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> FaultsOf(Pipeline pipeline) => Assert.Throws<PlanException>(pipeline.Explain).Faults;

    private static Pipeline Summing(TimeSpan length)
    {
        var pipeline = new Pipeline("wrong");
        pipeline.Readings("readings").SumEvery(length, 3, static reading => reading.Value)
            .Values().Select(static sum => sum.Sum).To(Topic.Of<long>("sums"));
        return pipeline;
    }

    private static Pipeline Declaring(Action<StepDeclaration> declare)
    {
        var pipeline = new Pipeline("wrong");
        pipeline.Readings("readings").Add(input => new OwnNode(input, declare)).Values().To(Sink.Memory<Reading>());
        return pipeline;
    }

    private sealed record UnkeyedNode(Node<int> Before) : Node<int, int>("unkeyed", Before)
    {
        public override Operator<int, int> CreateOperator() => new UnkeyedOperator();
    }

    private sealed class UnkeyedOperator : Operator<int, int>
    {
        public override void Process(in Record<int> record) => Emit(in record);

        protected override void Declare(StepDeclaration declare) => declare.State<int, bool>("seen");
    }

    private sealed record PartialNode(Node<Keyed<int, Reading>> Before) : Node<Keyed<int, Reading>, Keyed<int, Reading>>("partial", Before)
    {
        public override PartialAggregation PartialAggregation => PartialAggregation.Of(Input, new Counting());

        public override Operator<Keyed<int, Reading>, Keyed<int, Reading>> CreateOperator() => new OwnOperator(static _ => { });
    }

    private sealed class Counting : Aggregation<Reading, long, long>
    {
        public override string Name => "counting";

        public override long Create() => 0;

        public override void Add(ref long accumulator, in Reading value) => accumulator++;

        public override void Merge(ref long accumulator, in long other) => accumulator += other;

        public override long Result(in long accumulator) => accumulator;
    }

    private sealed record OwnNode(Node<Keyed<int, Reading>> Before, Action<StepDeclaration> DeclareAll)
        : Node<Keyed<int, Reading>, Keyed<int, Reading>>("own", Before)
    {
        public override Operator<Keyed<int, Reading>, Keyed<int, Reading>> CreateOperator() => new OwnOperator(DeclareAll);
    }

    private sealed class OwnOperator(Action<StepDeclaration> declareAll) : Operator<Keyed<int, Reading>, Keyed<int, Reading>>
    {
        public override void Process(in Record<Keyed<int, Reading>> record) => Emit(in record);

        protected override void Declare(StepDeclaration declare) => declareAll(declare);
    }
}
