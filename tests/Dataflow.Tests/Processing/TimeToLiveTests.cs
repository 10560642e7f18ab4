using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Processing;

public class TimeToLiveTests
{
    private const long LiveMs = 100;
    private const long LatenessMs = 60;

    [Fact]
    public void A_record_sees_what_was_written_less_than_the_time_to_live_before_it()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Int[1, 3]).Sample(
            (readings, workers) =>
            {
                var seen = Harness.Run(
                    readings,
                    s => s.WithEventTime(r => r.TimeMs, maxOutOfOrderness: TimeSpan.FromMilliseconds(LatenessMs)).KeyBy(r => r.Sensor)
                        .Process(() => new Expiring()).Pairs,
                    workers);
                foreach (var sensor in readings.GroupBy(r => r.Sensor))
                    Assert.Equal(Model([.. sensor]), seen.Where(s => s.Key == sensor.Key).Select(s => s.Value));
            },
            iter: 60);

    [Fact]
    public void What_has_expired_is_removed_though_nobody_asks_for_it_again()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("readings", Enumerable.Range(0, 1000).Select(i => new Reading($"s{i}", i % 10, 1)));
        var pipeline = new Pipeline("expiring");
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Process(() => new Expiring()).To(Sink.Memory<string>());
        var job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();
        Assert.Equal(4 * 1000 + 1000, job.Status.StateEntries); // the list has bounds beside its element

        log.Append("readings", [new Reading("later", 1000, 1)]);
        job.RunUntilIdle();

        Assert.Equal(5, job.Status.StateEntries);
        Assert.Equal(4 * 1000, job.Status.Steps.Single(s => s.Name == "process").Expired);
        job.Close();
    }

    [Theory]
    [InlineData(1, 10_000)]
    [InlineData(10, 10_000)]
    [InlineData(100, 1000)]
    public void There_are_never_many_more_entries_than_those_alive_at_any_rate_of_new_keys(int perMs, int liveMs)
    {
        var alive = perMs * liveMs;
        var pipeline = new Pipeline("expiring");
        pipeline.From(Source.Of(Enumerable.Range(0, 6 * alive))).WithEventTime(i => i / perMs).KeyBy(i => i)
            .Process(() => new Once(TimeSpan.FromMilliseconds(liveMs))).To(Sink.Memory<int>());
        using var log = SimulatedJob.OpenLog();
        var job = SimulatedJob.Start(pipeline, log, with: static options => options with { ReadRecords = 1024 });

        var most = 0L;
        for (var status = job.Status; status.RecordsRead < 6 * alive; status = job.Status)
        {
            job.Step();
            most = Math.Max(most, status.StateEntries);
        }

        Assert.InRange(most, alive, 2 * alive);
        job.Close();
    }

    [Fact]
    public void What_has_expired_is_gone_soon_after_the_input_has_fallen_quiet()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("readings", Enumerable.Range(0, 50_000).Select(i => new Reading($"s{i}", i, 1)));
        var pipeline = new Pipeline("expiring");
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Process(() => new OnceRead(TimeSpan.FromMilliseconds(1000))).To(Sink.Memory<int>());
        var job = SimulatedJob.Start(pipeline, log);

        job.RunUntilIdle();

        Assert.InRange(job.Status.StateEntries, 1000, 1200);
        job.Close();
    }

    [Fact]
    public void Needs_event_time()
    {
        var pipeline = new Pipeline("expiring");
        pipeline.From(Source.Of([new Reading("a", 1, 1)])).KeyBy(r => r.Sensor).Process(() => new Expiring()).To(Sink.Memory<string>());

        Assert.Contains("which needs event time", Assert.Throws<PlanException>(pipeline.Explain).Message, StringComparison.Ordinal);
    }

    /// <summary>How often each state was written before it ended, by the record's own time.</summary>
    private static IEnumerable<string> Model(Reading[] readings)
    {
        var (count, until) = (0, long.MinValue);
        var byValue = new Dictionary<int, (int Count, long Until)>();
        foreach (var reading in readings)
        {
            if (until <= reading.TimeMs) (count, until) = (0, long.MinValue);
            (count, until) = (count + 1, Math.Max(until, reading.TimeMs + LiveMs));
            if (!byValue.TryGetValue(reading.Value % 3, out var entry) || entry.Until <= reading.TimeMs) entry = (0, long.MinValue);
            byValue[reading.Value % 3] = (entry.Count + 1, Math.Max(entry.Until, reading.TimeMs + LiveMs));
            var alive = byValue.Where(e => e.Value.Until > reading.TimeMs).OrderBy(e => e.Key).Select(e => $"{e.Key}:{e.Value.Count}");
            yield return $"{count} {count} {count} {string.Join(' ', alive)}";
        }
    }

    private sealed class Expiring : KeyedProcess<string, Reading, string>
    {
        private ValueState<int> _count = null!;
        private ListState<int> _values = null!;
        private MapState<int, int> _times = null!;
        private ReducingState<Reading, long> _sum = null!;

        public override void Open(ProcessStates<string, Reading> states)
        {
            var live = TimeSpan.FromMilliseconds(LiveMs);
            _count = states.Value<int>("count", live);
            _values = states.List<int>("values", live);
            _times = states.Map<int, int>("times", live);
            _sum = states.Reducing("sum", a => a.Count(), live);
        }

        public override void OnRecord(in Record<Reading> record, ProcessContext<string, string> context)
        {
            _count.Update()++;
            _values.Add(1);
            _times.Update(record.Value.Value % 3, out _)++;
            _sum.Add(record.Value);
            Assert.True(_sum.TryGet(out var sum));
            var times = new SortedDictionary<int, int>();
            foreach (var (value, count) in _times) times.Add(value, count);
            context.Emit($"{_count.Value} {_values.Count} {sum} {string.Join(' ', times.Select(t => $"{t.Key}:{t.Value}"))}");
        }
    }

    private sealed class Once(TimeSpan timeToLive) : KeyedProcess<int, int, int>
    {
        private ValueState<int> _seen = null!;

        public override void Open(ProcessStates<int, int> states) => _seen = states.Value<int>("seen", timeToLive);

        public override void OnRecord(in Record<int> record, ProcessContext<int, int> context) => _seen.Value = record.Value;
    }

    private sealed class OnceRead(TimeSpan timeToLive) : KeyedProcess<string, Reading, int>
    {
        private ValueState<int> _seen = null!;

        public override void Open(ProcessStates<string, Reading> states) => _seen = states.Value<int>("seen", timeToLive);

        public override void OnRecord(in Record<Reading> record, ProcessContext<string, int> context) => _seen.Value = record.Value.Value;
    }
}
