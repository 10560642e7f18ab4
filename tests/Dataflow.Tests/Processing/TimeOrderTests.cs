using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Processing;

/// <summary>Records and timers of a key against a plain model that goes through them in the order of their times.</summary>
public sealed class TimeOrderTests : IDisposable
{
    private const long PatienceMs = 25;
    private const long LatenessMs = 2 * PatienceMs;
    private const int MaxAlarms = 3;
    private const long End = 100_000;

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Timers_fire_the_same_for_any_size_of_a_read_and_number_of_workers_also_over_a_restart()
        => Gen.Select(
            Reading.Disordered(LatenessMs), Gen.OneOf(Gen.Const(1), Gen.Const(7), Gen.Const(1024)), Gen.Int[1, 4], Gen.Int[1, 4],
            Gen.Int[1, 2], Gen.Int[0, 120]).Sample(
            (all, reads, before, after, partitions, steps) =>
            {
                // Of one moment records come in the order of their coming, which two partitions do not have.
                Reading[] readings = partitions == 1 ? all : [.. all.DistinctBy(r => (r.Sensor, r.TimeMs))];
                var alarms = Run(readings, reads, before, after, partitions, steps);
                foreach (var sensor in readings.GroupBy(r => r.Sensor))
                    Assert.Equal(
                        Model([.. sensor], readings.Max(r => r.TimeMs)),
                        alarms.Where(a => a.StartsWith(sensor.Key, StringComparison.Ordinal)));
            },
            iter: 60);

    [Fact]
    public void The_same_timers_fire_whether_records_come_one_by_one_with_pauses_or_in_bulk()
        => Gen.Select(
            Reading.Disordered(LatenessMs).Select(all => all.Select(AtTick).ToArray()), Gen.Int[1, 3], Gen.Int[1, 2],
            Gen.Int[1, 5]).Sample(
            (all, workers, partitions, records) =>
            {
                Reading[] readings = partitions == 1 ? all : [.. all.DistinctBy(r => (r.Sensor, r.TimeMs))];
                foreach (var atOnce in new[] { 1, records, int.MaxValue })
                {
                    var alarms = RunLive(readings, workers, partitions, atOnce);
                    foreach (var sensor in readings.GroupBy(r => r.Sensor))
                        Assert.Equal(Model([.. sensor], End), alarms.Where(a => a.StartsWith(sensor.Key, StringComparison.Ordinal)));
                }
            },
            iter: 40);

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void A_timer_of_the_watermarks_own_moment_waits_for_records_of_that_moment(int recordsAtOnce)
    {
        Reading[] readings = [
            new("b", 5, 0), new("c", 30 + LatenessMs, 0), new("b", 30, 0), new("c", 31 + LatenessMs, 0)]; // b's timer is at 30

        var alarms = RunLive(readings, workers: 1, partitions: 1, recordsAtOnce);

        Assert.Equal(["b 55: 30", "b 80: 30", "b 105: 30"], alarms.Where(a => a.StartsWith('b')));
    }

    [Fact]
    public void Of_one_moment_records_come_before_the_timer_though_the_watermark_is_there()
    {
        _log.Append(
            "readings",
            [new Reading("a", 0, 0), new Reading("b", PatienceMs, 0), new Reading("a", PatienceMs, 0),
            new Reading("b", PatienceMs + 1, 0)]);
        var alarms = Sink.Memory<string>();
        var job = SimulatedJob.Start(Alarms(alarms), _log, with: options => options with { ReadRecords = 1 });
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Empty(alarms.Committed);
        job.Close();
    }

    [Fact]
    public void A_silence_is_told_though_all_input_comes_at_once()
    {
        var minute = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;
        Reading[] readings = [
            .. Enumerable.Range(0, 40).SelectMany(m => new[] { new Reading("t", m * minute, 0), new Reading("s", m * minute, 0) })
            .Where(r => r.Sensor == "t" || r.TimeMs <= 2 * minute || r.TimeMs >= 30 * minute)];
        var alarms = Harness.Run(
            readings, s => s.WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor).Process(() => new Silence(5 * minute)), workers: 2);

        Assert.Equal(
            [$"s {7 * minute}: {2 * minute}", $"s {12 * minute}: {2 * minute}", $"s {17 * minute}: {2 * minute}"],
            alarms.Where(a => a.StartsWith('s')).Take(3));
    }

    [Fact]
    public void A_record_that_the_watermark_has_reached_is_handled_at_once()
    {
        _log.Append("readings", [new Reading("a", 10, 1), new Reading("b", 10, 2)]);
        var seen = Sink.Memory<string>();
        var pipeline = new Pipeline("seen");
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor).Process(() => new Seen()).To(seen);
        var job = SimulatedJob.Start(pipeline, _log, workers: 2);
        job.RunUntilIdle();
        _log.Append("readings", [new Reading("b", 10, 3), new Reading("a", 4, 4)]); // of the watermark's time, and a late one
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal(["a 1", "a 4", "b 2", "b 3"], seen.Committed.Order(StringComparer.Ordinal));
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void In_quiet_records_come_out_with_the_timers_before_them_but_no_later_timer_fires(int workers)
    {
        var (readings, alarms) = (Topic.Of<Reading>("readings"), Topic.Of<string>("alarms"));
        using var driver = new PipelineDriver(
            () =>
            {
                var pipeline = new Pipeline("alarms");
                pipeline.From(readings).WithEventTime(r => r.TimeMs, maxOutOfOrderness: TimeSpan.FromMinutes(1)).KeyBy(r => r.Sensor)
                    .Process(() => new Told(10_000)).To(alarms);
                return pipeline;
            },
            workers);
        driver.Feed(readings, new Reading("a", 0, 1), new Reading("a", 30_000, 2), new Reading("a", 20_000, 3));
        driver.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(driver.Read(alarms)); // time would not have come to the first record yet
        driver.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(["a 0 1", "a 10000 timer", "a 20000 3"], driver.Read(alarms));
        driver.Restart();
        driver.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["a 0 1", "a 10000 timer", "a 20000 3", "a 30000 2", "a 30000 timer"], driver.Read(alarms));

        driver.Feed(readings, new Reading("a", 35_000, 4)); // not late: the watermark has stayed
        driver.Feed(readings, new Reading("a", 200_000, 5));
        Assert.Contains("a 35000 4", driver.Read(alarms));
        Assert.Contains("a 40000 timer", driver.Read(alarms));
        Assert.Equal("a 45000 timer", driver.Read(alarms)[^1]);
    }

    [Fact]
    public void A_step_that_says_so_does_not_wait_for_the_watermark()
    {
        _log.Append("readings", [new Reading("a", 10, 1)]);
        var seen = Sink.Memory<string>();
        var pipeline = new Pipeline("seen");
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs, maxOutOfOrderness: TimeSpan.FromHours(1))
            .KeyBy(r => r.Sensor)
            .Process(() => new SeenAtOnce()).To(seen);
        var job = SimulatedJob.Start(pipeline, _log);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal(["a 1"], seen.Committed);
        job.Close();
    }

    [Fact]
    public void An_error_names_the_place_of_a_record_that_had_waited()
    {
        _log.Append("readings", [new Reading("a", 10, 1), new Reading("b", 5, -1), new Reading("c", 20, 1)]);
        var pipeline = new Pipeline("fails");
        pipeline.From(Topic.Of<Reading>("readings").StopAtEnd()).WithEventTime(r => r.TimeMs, maxOutOfOrderness: TimeSpan.FromHours(1))
            .KeyBy(r => r.Sensor)
            .Process(() => new Seen()).To(Sink.Memory<string>());

        var error = Assert.Throws<OperatorException>(() => SimulatedJob.Start(pipeline, _log).Run());
        Assert.StartsWith("Operator 'process' failed on readings[0]@1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_need_not_wait_for_all_timers_that_are_due()
    {
        _log.Append("readings", Enumerable.Range(0, 5000).Select(i => new Reading($"s{i}", 0, 0)));
        _log.Append("readings", [new Reading("later", 100, 0)]);
        var alarms = Sink.Memory<string>();
        var job = SimulatedJob.Start(Alarms(alarms), _log, with: options => options with { ReadRecords = 10_000 });
        while (job.Status.Steps.Single(s => s.Name == "process").Emitted == 0) job.Step(); // reads all, fires some
        job.Begin();
        while (alarms.Committed.Count == 0) job.Step();
        Assert.InRange(alarms.Committed.Count, 1, 4_999);
        job.Close();

        job = SimulatedJob.Start(Alarms(alarms), _log, workers: 3);
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Equal(5000 * MaxAlarms, alarms.Committed.Count);
        Assert.Equal(5000 * MaxAlarms, alarms.Committed.Distinct().Count());
        job.Close();
    }

    private static Pipeline Alarms(MemorySink<string> alarms, Topic<Reading>? readings = null)
    {
        var pipeline = new Pipeline("alarms");
        pipeline.From(readings ?? Topic.Of<Reading>("readings"))
            .WithEventTime(r => r.TimeMs, maxOutOfOrderness: TimeSpan.FromMilliseconds(readings is null ? 0 : LatenessMs))
            .KeyBy(r => r.Sensor).Process(() => new Silence(PatienceMs)).To(alarms);
        return pipeline;
    }

    private static IReadOnlyList<string> Run(Reading[] readings, int reads, int before, int after, int partitions, int steps)
    {
        using var log = SimulatedJob.OpenLog();
        for (var partition = 0; partition < partitions; partition++)
            log.Append("readings", readings.Where((_, i) => i % partitions == partition), partition, partitions);
        var alarms = Sink.Memory<string>();
        var topic = Topic.Of<Reading>("readings").StopAtEnd();
        var job = SimulatedJob.Start(
            Alarms(alarms, topic), log, before, seed: steps, with: options => options with { ReadRecords = reads });
        for (var step = 0; step < steps; step++) job.Step();
        job.Begin();
        while (job.Status.Checkpoints.Count == 0 && !job.HasFinished) job.Step();
        for (var step = 0; step < steps / 4; step++) job.Step(); // done again after the restart
        job.Close();
        SimulatedJob.Start(Alarms(alarms, topic), log, after, seed: steps, with: options => options with { ReadRecords = reads }).Run();
        return alarms.Committed;
    }

    /// <summary>Puts records where timers are, so that many have one moment.</summary>
    private static Reading AtTick(Reading reading)
        => reading with { TimeMs = (long)Math.Floor(reading.TimeMs / (double)PatienceMs) * PatienceMs };

    /// <summary>Runs on input that comes while the job runs, some records at once, until time is at <see cref="End"/>.</summary>
    private static IReadOnlyList<string> RunLive(Reading[] readings, int workers, int partitions, int recordsAtOnce)
    {
        using var log = SimulatedJob.OpenLog();
        log.CreateTopicAsync("readings", partitions).AsTask().GetAwaiter().GetResult();
        var alarms = Sink.Memory<string>();
        var job = SimulatedJob.Start(Alarms(alarms, Topic.Of<Reading>("readings")), log, workers);
        foreach (var (i, reading) in readings.Index())
        {
            log.Append("readings", [reading], i % partitions, partitions);
            if ((i + 1) % recordsAtOnce == 0) job.RunUntilIdle();
        }

        for (var partition = 0; partition < partitions; partition++)
            log.Append("readings", [new Reading("end", End + LatenessMs + 1, 0)], partition, partitions);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
        return alarms.Committed;
    }

    /// <summary>The alarms of one sensor: of one moment records before timers; at the end time goes to the newest record, then all timers
    /// fire.</summary>
    private static List<string> Model(Reading[] readings, long newestOfAll)
    {
        var timers = new SortedDictionary<long, bool>(); // with whether it may set others
        var (newest, alarms, isAtEnd) = (long.MinValue, 0, false);
        var results = new List<string>();
        foreach (var reading in readings.OrderBy(r => r.TimeMs)) // stable
        {
            FireUpTo(reading.TimeMs - 1);
            (newest, alarms) = (reading.TimeMs, 0);
            timers.TryAdd(newest + PatienceMs, true);
        }

        FireUpTo(newestOfAll);
        isAtEnd = true;
        FireUpTo(long.MaxValue);
        return results;

        void FireUpTo(long time)
        {
            while (timers.Count > 0 && timers.First() is var (at, maySet) && at <= time)
            {
                timers.Remove(at);
                if (at < newest + PatienceMs) continue;
                results.Add($"{readings[0].Sensor} {at}: {newest}");
                if (++alarms < MaxAlarms && maySet) timers.TryAdd(at + PatienceMs, !isAtEnd);
            }
        }
    }

    /// <summary>Tells of a silence, and again as long as it goes on.</summary>
    private sealed class Silence(long patienceMs) : KeyedProcess<string, Reading, (long Newest, int Alarms), string>
    {
        public override void OnRecord(
            in Record<Reading> record, ref (long Newest, int Alarms) state, ProcessContext<string, string> context)
        {
            state = (record.Timestamp, 0);
            context.SetTimer(record.Timestamp + patienceMs);
        }

        public override void OnTimer(long timestamp, ref (long Newest, int Alarms) state, ProcessContext<string, string> context)
        {
            if (timestamp < state.Newest + patienceMs) return;
            context.Emit($"{context.Key} {timestamp}: {state.Newest}");
            if (++state.Alarms < MaxAlarms) context.SetTimer(timestamp + patienceMs);
        }
    }

    private sealed class Told(long patienceMs) : KeyedProcess<string, Reading, int, string>
    {
        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, string> context)
        {
            context.Emit($"{context.Key} {record.Timestamp} {record.Value.Value}");
            context.SetTimer(record.Timestamp + patienceMs);
        }

        public override void OnTimer(long timestamp, ref int state, ProcessContext<string, string> context)
            => context.Emit($"{context.Key} {timestamp} timer");
    }

    private class Seen : KeyedProcess<string, Reading, int, string>
    {
        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, string> context)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(record.Value.Value);
            context.Emit($"{context.Key} {record.Value.Value}");
        }

        public override void OnTimer(long timestamp, ref int state, ProcessContext<string, string> context)
        {
        }
    }

    private sealed class SeenAtOnce : Seen
    {
        public override bool InTimeOrder => false;
    }
}
