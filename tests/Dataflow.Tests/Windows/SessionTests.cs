using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Windows;

public sealed class SessionTests : IDisposable
{
    private const long LatenessMs = 60;

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public SessionTests() => _log.CreateTopicAsync("readings", 1).AsTask().GetAwaiter().GetResult();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Agree_with_a_plain_model_on_disordered_input_through_restarts()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Long[1, 150], Restarted.Any).Sample(
            (readings, gap, run) => Assert.Equal(
                Model(readings, gap).Order(), run.Run(readings, s => Sums(Timed(s), gap).Values()).Order()),
            iter: 60);

    [Fact]
    public void Accumulators_of_references_survive_restarts()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Long[20, 80], Restarted.Any).Sample(
            (readings, gap, run) =>
            {
                var results = run.Run(readings, s => Timed(s).Window(Session.WithGap(Ms(gap)))
                    .Aggregate(_ => new Sorted(), (key, window, values) => $"{key} {window.StartMs}: {values}").Values());
                Assert.Equal(
                    Sessions(readings, gap).Select(s => $"{s[0].Sensor} {s[0].TimeMs}: {string.Join(' ', s.Select(r => r.Value).Order())}")
                        .Order(StringComparer.Ordinal),
                    results.Order(StringComparer.Ordinal));
            },
            iter: 30);

    [Fact]
    public void A_record_exactly_a_gap_away_still_belongs_and_one_further_away_does_not()
    {
        var results = Harness.Run([new Reading("a", 0, 1), new("a", 10, 2), new("a", 21, 4)], s => Sums(Timed(s), gap: 10));

        Assert.Equal([("a", 0, 20, 3), ("a", 21, 31, 4)], results);
    }

    [Fact]
    public void A_record_between_two_sessions_makes_them_one()
    {
        var results = Harness.Run(
            [new Reading("a", 0, 1), new("a", 20, 2), new("a", 40, 8), new("a", 10, 4)], s => Sums(Timed(s), gap: 10));

        Assert.Equal([("a", 0, 30, 7), ("a", 40, 50, 8)], results);
    }

    [Fact]
    public void A_session_ends_only_when_the_watermark_has_passed_its_end()
    {
        var results = Sink.Memory<(string, long, long, long)>();
        var job = Start(results, gap: 10);
        Append(job, new("a", 0, 1), new("b", 10, 1));
        Assert.Empty(results.Committed);

        Append(job, new Reading("b", 11, 1));

        Assert.Equal([("a", 0, 10, 1)], results.Committed);
        Assert.Equal(1, job.Status.Steps.Single(step => step.Name == "window-aggregate").OpenWindows);
        job.Close();
    }

    [Fact]
    public void Nothing_is_kept_of_a_session_that_has_ended()
    {
        var results = Sink.Memory<(string, long, long, long)>();
        var job = Start(results, gap: 10);
        Append(job, new("a", 0, 1), new("a", 15, 2), new("a", 30, 4), new("b", 31, 1));

        Assert.Equal([("a", 0, 10, 1), ("a", 15, 25, 2)], results.Committed);
        Assert.Equal(2, job.Status.StateEntries);
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_late_record_counts_if_it_belongs_to_an_open_session(int workers)
    {
        var late = Sink.Memory<Reading>("late");
        var results = Sink.Memory<(string, long, long, long)>();
        var pipeline = new Pipeline("sessions");
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Window(Session.WithGap(Ms(10)), out var lateStream)
            .Aggregate(a => a.Sum(r => r.Value), Row).To(results);
        lateStream.To(late);
        var job = SimulatedJob.Start(pipeline, _log, workers);
        Append(job, new("a", 0, 1), new("a", 91, 2), new("c", 100, 0));
        Append(job, new("a", 82, 4), new("a", 70, 8), new("b", 50, 16), new("b", 89, 32), new("b", 90, 64));
        Append(job, new Reading("c", 200, 0));

        Assert.Equal([("a", 0, 10, 1), ("a", 82, 101, 6), ("b", 90, 100, 64), ("c", 100, 110, 0)], results.Committed.Order());
        Assert.Equal([8, 16, 32], late.Committed.Select(r => r.Value).Order());
        Assert.Equal(3, job.Status.Steps.Single(step => step.Name == "window-aggregate").Late);
        job.Close();
    }

    [Fact]
    public void Results_reach_windows_that_follow_in_time()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Int[1, 3]).Sample(
            (readings, workers) =>
            {
                var counts = Harness.Run(
                    readings,
                    s => Sums(Timed(s), gap: 10).Values().Window(Tumbling.Every(Ms(1)), name: "outer")
                        .Aggregate(a => a.Count(), (_, n) => n),
                    workers);
                Assert.Equal(Model(readings, 10).Count(), counts.Sum());
            },
            iter: 20);

    [Fact]
    public void Says_what_it_is()
    {
        Assert.Equal("sessions with gap 00:00:10", Session.WithGap(TimeSpan.FromSeconds(10)).ToString());
        Assert.Equal("gap", Assert.Throws<ArgumentOutOfRangeException>(() => Session.WithGap(TimeSpan.Zero)).ParamName);
    }

    private static IEnumerable<(string, long, long, long)> Model(Reading[] readings, long gap)
        => Sessions(readings, gap).Select(s => (s[0].Sensor, s[0].TimeMs, s[^1].TimeMs + gap, s.Sum(r => (long)r.Value)));

    private static IEnumerable<List<Reading>> Sessions(Reading[] readings, long gap)
    {
        foreach (var sensor in readings.GroupBy(r => r.Sensor))
        {
            List<Reading> session = [];
            foreach (var reading in sensor.OrderBy(r => r.TimeMs))
            {
                if (session.Count > 0 && reading.TimeMs - session[^1].TimeMs > gap)
                {
                    yield return session;
                    session = [];
                }

                session.Add(reading);
            }

            yield return session;
        }
    }

    private static KeyedStream<string, (string, long, long, long)> Sums(KeyedStream<string, Reading> readings, long gap)
        => readings.Window(Session.WithGap(Ms(gap))).Aggregate(a => a.Sum(r => r.Value), Row);

    private static (string, long, long, long) Row(string key, Window window, long sum) => (key, window.StartMs, window.EndMs, sum);

    private static KeyedStream<string, Reading> Timed(Stream<Reading> stream)
        => stream.WithEventTime(r => r.TimeMs, maxOutOfOrderness: Ms(LatenessMs)).KeyBy(r => r.Sensor);

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private SimulatedJob Start(MemorySink<(string, long, long, long)> results, long gap)
    {
        var pipeline = new Pipeline("sessions");
        Sums(pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor), gap).To(results);
        return SimulatedJob.Start(pipeline, _log);
    }

    private void Append(SimulatedJob job, params Reading[] readings)
    {
        _log.Append("readings", readings);
        job.RunUntilIdle();
        job.Checkpoint();
    }

    private sealed class Sorted : Aggregation<Reading, List<int>, string>
    {
        public override string Name => "sorted values";

        public override List<int> Create() => [];

        public override void Add(ref List<int> accumulator, in Reading value) => accumulator.Add(value.Value);

        public override void Merge(ref List<int> accumulator, in List<int> other) => accumulator.AddRange(other);

        public override string Result(in List<int> accumulator) => string.Join(' ', accumulator.Order());
    }
}
