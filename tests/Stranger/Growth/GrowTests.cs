using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Growth;

/// <summary>States that a step of one's own adds to those of its checkpoint begin empty; the others go on.</summary>
public sealed class GrowTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(2, 1, 3)]
    public void A_step_without_state_gets_one_and_then_timers_and_others_beside(params int[] workers)
    {
        Assert.Equal(["1 0", "2 0"], Told(1, workers[0], new Reading(1, 10, 7), new(2, 10, 7)));
        Assert.Equal(["1 1", "1 2", "2 1"], Told(2, workers[1], new Reading(1, 20, 7), new(1, 21, 7), new(2, 20, 7)));
        Assert.Empty(Told(3, workers[2], new Reading(1, 30, 7), new(2, 40, 8)));
        Assert.Equal(["1 3 7 True", "2 2 8 True"], Told(3, workers[0], new Reading(3, 2_000_000, 9)));
    }

    [Fact]
    public void Each_state_that_is_missing_or_changed_is_named()
    {
        Run(Declaring(static declare =>
        {
            declare.State<int, int>("same");
            declare.State<int, int>("gone");
            declare.State<KeyPart<int>, int>("other-kind");
            declare.NamespacedState<int, int>("other-type");
            declare.Timers<int>("gone-timers");
        }));

        Assert.Equal(
            """
            Pipeline 'grow': its steps with state are not those of checkpoint 1, which it would carry on from:
            - the pipeline lacks   grow: gone: Int32 -> Int32:4
            - the checkpoint has   grow: other-kind: KeyPart<Int32> -> Int32:4
            - the pipeline has     grow: other-kind: Int32 -> Int32:4
            - the checkpoint has   grow: other-type: Int32 -> Int32:4
            - the pipeline has     grow: other-type: Int32 -> Int64:8
            - the pipeline lacks   grow: gone-timers: KeyPart<Int32> -> Boolean:1
            Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).
            """,
            Assert.Throws<PlanException>(() => Run(Declaring(static declare =>
            {
                declare.State<int, long>("added");
                declare.NamespacedState<int, long>("other-type");
                declare.State<int, int>("other-kind");
                declare.State<int, int>("same");
            }))).Message);
    }

    [Theory]
    [InlineData("windows of 1 s", false)]
    [InlineData("windows of 2 s", true)]
    [InlineData(null, true)]
    public void An_added_state_does_not_let_the_meaning_of_the_others_change(string? meaning, bool isRefused)
    {
        Run(Declaring(static declare => declare.State<int, int>("same"), "windows of 1 s"));
        var grown = Declaring(
            static declare =>
            {
                declare.State<int, int>("same");
                declare.State<int, int>("added");
            },
            meaning);

        Assert.Equal(isRefused, Record.Exception(() => Run(grown)) is PlanException);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // which only saves bytes
    public void What_a_step_has_kept_gets_no_meaning_afterwards(bool hasState)
    {
        Run(Declaring(Declare));

        Assert.Equal(
            ["the pipeline has     grow: windows of 1 s"],
            Assert.Throws<PlanException>(() => Run(Declaring(Declare, "windows of 1 s"))).Faults);

        void Declare(StepDeclaration declare)
        {
            if (hasState) declare.State<int, int>("same");
        }
    }

    /// <summary>Runs a version of the step over some more readings; returns what it gives.</summary>
    private IReadOnlyList<string> Told(int version, int workers, params Reading[] readings)
    {
        _log.Write("readings", readings, partitions: 1);
        var (pipeline, told) = (new Pipeline("grow"), Sink.Memory<string>());
        pipeline.From(Topic.Of<Reading>("readings", 1)).WithEventTime(static reading => reading.Time).KeyBy(static reading => reading.Key)
            .Add(input => new GrowNode(input, version)).Values().To(told);
        Run(pipeline, workers);
        return [.. told.Committed.Order(StringComparer.Ordinal)];
    }

    private static Pipeline Declaring(Action<StepDeclaration> declare, string? meaning = null)
    {
        var pipeline = new Pipeline("grow");
        pipeline.From(Topic.Of<Reading>("readings", 1)).KeyBy(static reading => reading.Key)
            .Add(input => new DeclaringNode(input, declare, meaning)).Values().To(Sink.Memory<Reading>());
        return pipeline;
    }

    private void Run(Pipeline pipeline, int workers = 1)
    {
        var job = SimulatedJob.Start(pipeline, _log, workers);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
    }

    private sealed record DeclaringNode(Node<Keyed<int, Reading>> Before, Action<StepDeclaration> DeclareAll, string? Meaning)
        : Node<Keyed<int, Reading>, Keyed<int, Reading>>("grow", Before)
    {
        public override string? StateSignature => Meaning;

        public override Operator<Keyed<int, Reading>, Keyed<int, Reading>> CreateOperator() => new DeclaringOperator(DeclareAll);
    }

    private sealed class DeclaringOperator(Action<StepDeclaration> declareAll) : Operator<Keyed<int, Reading>, Keyed<int, Reading>>
    {
        public override void Process(in Record<Keyed<int, Reading>> record) => Emit(in record);

        public override void Capture(StepCheckpoint checkpoint) => checkpoint.Save("bytes", [1]);

        protected override void Declare(StepDeclaration declare) => declareAll(declare);
    }
}
