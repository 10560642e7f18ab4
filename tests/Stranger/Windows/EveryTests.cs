using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Windows;

/// <summary>A window of one's own that takes any aggregate, and of a record that fails in the middle keeps nothing.</summary>
public sealed class EveryTests : StepContract
{
    private const int Length = 500;

    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 13);

    protected override IReadOnlyList<string> Expected => Texts(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Texts(All.Where(static reading => reading.Value != Broken));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Its_aggregate_begins_before_the_exchange_also_where_late_records_are_taken_out_between(bool dropsLate)
    {
        using var log = SimulatedJob.OpenLog();
        log.Write("readings", Enumerable.Range(0, 3_000).Select(static i => new Reading(i % 4, i, 1)));
        var counts = Sink.Memory<long>("counts");
        var pipeline = Begin(fails: false);
        var readings = pipeline.Readings("readings");
        (dropsLate ? readings.InTime(new Alike(Length)) : readings).Every(TimeSpan.FromMilliseconds(Length), static a => a.Count())
            .Pairs.Select(static pair => pair.Value.Result).To(counts);

        Assert.Contains("with 'every' begun before", pipeline.Explain().ToString(), StringComparison.Ordinal);
        var job = SimulatedJob.Start(pipeline, log, workers: 2);
        job.Run();

        Assert.Equal((24, 3_000), (counts.Committed.Count, counts.Committed.Sum()));
        Assert.InRange(job.Status.Steps.Single(static step => step.Name == "exchange").Combined, 2_000, 3_000);
        if (dropsLate) Assert.Equal(3_000, job.Status.Steps.Single(static step => step.Name == "in-time").Emitted);
    }

    [Fact]
    public void An_error_in_a_partial_aggregate_names_the_step()
    {
        using var log = SimulatedJob.OpenLog();
        var readings = Enumerable.Range(0, 3_000).Select(static i => new Reading(i % 4, i, 1));
        log.Write("readings", readings, static reading => (int)reading.Time); // so that each worker has some of a key
        var pipeline = Begin(fails: false);
        pipeline.Readings("readings").InTime(new Alike(Length)).Every(TimeSpan.FromMilliseconds(Length), static _ => new Unmergeable())
            .Pairs.Select(static pair => pair.Value.Result).To(Sink.Memory<int>());
        var job = SimulatedJob.Start(pipeline, log, workers: 2);

        var error = Assert.Throws<OperatorException>(job.Run);
        Assert.Equal(("every", "They do not fit."), (error.Step, error.InnerException!.Message));
        job.Close();
    }

    private sealed class Unmergeable : Aggregation<Reading, int, int>
    {
        public override string Name => "unmergeable";

        public override bool CanCombine => true;

        public override int Create() => 0;

        public override void Add(ref int accumulator, in Reading value) => accumulator++;

        public override void Merge(ref int accumulator, in int other) => throw new FormatException("They do not fit.");

        public override int Result(in int accumulator) => accumulator;
    }

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.Readings("readings")
            .Every(
                TimeSpan.FromMilliseconds(Length),
                a => a.Count().And(
                    a.Last(static reading => reading.Value).And(a.Sum(reading => Check(reading.Value, fails)), Text),
                    static (count, rest) => $"{count} {rest}"))
            .Pairs.Select(static pair => $"{pair.Key} from {pair.Value.Start}: {pair.Value.Result}").To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static string Text(long last, long sum) => $"up to {last} of {sum}";

    private static string[] Texts(IEnumerable<Reading> readings)
        => [.. readings.GroupBy(static reading => (reading.Key, Start: reading.Time - (reading.Time % Length)))
            .Select(static window => $"{window.Key.Key} from {window.Key.Start}: {window.Count()} "
                + Text(window.Last().Value, window.Sum(static one => one.Value)))
            .Order(StringComparer.Ordinal)];
}
