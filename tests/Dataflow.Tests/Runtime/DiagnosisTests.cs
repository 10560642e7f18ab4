using System.Text;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>Why is there no output? For each fault, a job that has it.</summary>
public sealed class DiagnosisTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SimulatedClock _clock = new();
    private readonly Pipeline _pipeline = new("job") { OnError = ErrorPolicy.DeadLetter() };
    private SimulatedJob? _job;

    public void Dispose()
    {
        _job?.Close();
        _log.Dispose();
    }

    [Fact]
    public void A_table_is_still_being_read()
    {
        Append(new Reading("a", 1, 1));
        _log.Append("rows", Enumerable.Range(0, 1000).Select(n => $"row {n}"));
        Readings().KeyBy(r => r.Sensor).Join(_pipeline.Table(Topic.Of<string>("rows").StopAtEnd(), row => row), (r, _) => r)
            .To(Sink.Memory<Reading>());
        _job = SimulatedJob.Start(_pipeline, _log, clock: _clock);
        while (_job.Status.RecordsRead == 0) _job.Step();

        Check(FindingKind.TableIsLoading, "rows[0]",
            "The table of source 'rows' is still being read: 'rows[0]' is at 64, 936 to go. Streams start when it is at its end.");
    }

    [Fact]
    public void A_source_has_no_records()
    {
        Append();
        Readings().To(Sink.Memory<Reading>());
        Run();

        Check(FindingKind.NoInput, "readings",
            "Source 'readings' has given no records since the job started: 'readings[0]' is at 0 with 0 ahead, 'readings[1]' is at 0 with "
                + "0 ahead. "
            + "Is anything written to it?");
    }

    [Fact]
    public void No_record_of_a_source_decodes()
    {
        var records = new RecordBuffer();
        records.Append(0, Encoding.UTF8.GetBytes("nonsense"));
        _log.AppendBytes("readings", records, 0, 2);
        Readings().To(Sink.Memory<Reading>());
        Run();

        Check(FindingKind.NothingDecodes, "readings",
            "Source 'readings': none of 1 records could be decoded; they are dead letters, with the reason.");
    }

    [Fact]
    public void A_condition_lets_nothing_pass()
    {
        Append(new("a", 1, 1), new("b", 2, 2));
        Readings().Where(r => r.Value > 5, name: "above-five").To(Sink.Memory<Reading>());
        Run();

        Check(FindingKind.AllFiltered, "above-five", "Step 'above-five' filters out all 2 records.");
    }

    [Fact]
    public void All_records_are_late()
    {
        Append(new Reading("a", 100_000, 1));
        Readings().WithEventTime(r => r.TimeMs).Where(r => r.Value > 1).KeyBy(r => r.Sensor).Window(Tumbling.Every(Second))
            .Aggregate(a => a.Count(), (_, _, n) => n).To(Sink.Memory<long>());
        Run();
        _clock.Advance(TimeSpan.FromSeconds(6)); // both partitions are idle
        _job!.RunUntilIdle();
        Append(new("a", 50_000, 2), new("b", 60_000, 2));
        _job.RunUntilIdle();

        var finding = Only(FindingKind.AllLate);
        Assert.Equal("window", finding.Where);
        Assert.StartsWith("Step 'window': all ", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_join_finds_no_partner()
    {
        Append(new("a", 1, 1), new("b", 2, 2));
        Readings().KeyBy(r => r.Sensor).Join(_pipeline.Table(Source.Of(["A", "B"], "rows"), row => row), (r, _) => r)
            .To(Sink.Memory<Reading>());
        Run();

        Check(FindingKind.AllUnmatched, "join", "Step 'join' finds no row for any of 2 records. Check that both sides have the same keys.");
    }

    [Fact]
    public void A_step_fails_on_everything()
    {
        Append(new("a", 1, 1), new("b", 2, 2));
        Readings().Select<Reading, int>(_ => throw new InvalidOperationException("No.")).To(Sink.Memory<int>());
        Run();

        Check(FindingKind.AllFailed, "select", "Step 'select' fails on all 2 records; topic 'job.dead-letters' says why.");
    }

    [Fact]
    public void A_window_waits_for_time_that_a_split_holds_back()
    {
        Append(new("a", 1_000, 1), new("b", 2_500, 2), new("a", 3_900, 1));
        _log.Append("readings", [new Reading("a", 1_200, 1)], partition: 1, partitions: 2);
        Windowed();
        Run();

        Check(FindingKind.WindowWaits, "window-aggregate",
            "Step 'window-aggregate' holds 3 open windows and waits for the watermark to pass 1970-01-01 00:00:02.000Z, the end of the "
                + "first; it is at "
            + "1970-01-01 00:00:00.700Z, 1300 ms short.");
        var holder = _job!.Diagnose().Findings[1];
        Assert.Equal((FindingKind.SplitHoldsTimeBack, "readings[1]"), (holder.Kind, holder.Where));
        Assert.Equal(
            "Split 'readings[1]' holds the watermark at 1970-01-01 00:00:00.700Z, its newest record's time less maxOutOfOrderness; the "
                + "others are up to 2700 ms "
            + "ahead. It goes on with the next record, or when the split has been quiet for 5 s.", holder.Text);
    }

    [Fact]
    public void A_single_window_is_one()
    {
        Append(new Reading("a", 1_000, 1));
        _log.Append("readings", [new Reading("a", 1_200, 1)], partition: 1, partitions: 2);
        Windowed();
        Run();
        Assert.StartsWith(
            "Step 'window-aggregate' holds 1 open window and waits ", Only(FindingKind.WindowWaits).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_without_records_lets_no_watermark_come_until_it_is_idle()
    {
        Append(new Reading("a", 1_000, 1));
        Windowed();
        Run();

        var holder = Only(FindingKind.SplitHoldsTimeBack);
        Assert.Equal("readings[1]", holder.Where);
        Assert.StartsWith("Split 'readings[1]' has brought no record to 'event-time' yet", holder.Text, StringComparison.Ordinal);

        for (var n = 0; n < 5; n++)
        {
            _clock.Advance(Second);
            Append(new Reading("a", 1_000, 1));
            _job!.RunUntilIdle();
        }

        Assert.Equal("readings[1]", Only(FindingKind.SplitIsIdle).Where);
        Assert.Equal("readings[0]", Only(FindingKind.SplitHoldsTimeBack).Where);
    }

    [Fact]
    public void Timers_of_event_time_are_set_where_there_is_none()
    {
        Append(new("a", 1, 1), new("b", 2, 2));
        Readings().KeyBy(r => r.Sensor).Process(() => new SetsTimers(), "reminders").To(Sink.Memory<int>("never"));
        Readings("again").WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor).Process(() => new SetsTimers(), "timed").To(Sink.Memory<int>());
        _log.Append("again", [new Reading("a", 1, 1)]);
        Run();

        Assert.Equal(
            new Finding(FindingKind.TimersWithoutEventTime, "reminders",
                "Step 'reminders' has set 2 timers of event time, which its stream does not have: they do not fire before "
                    + "the input ends. Add WithEventTime(...) before KeyBy."),
            Only(FindingKind.TimersWithoutEventTime));
    }

    [Fact]
    public void All_splits_are_quiet()
    {
        Append(new("a", 1_000, 1), new("b", 3_400, 1));
        Windowed();
        Run();
        for (var n = 0; n < 4; n++)
        {
            _clock.Advance(TimeSpan.FromSeconds(30)); // until nothing has been given for a while
            _job!.RunUntilIdle();
            _ = _job.Status;
        }

        var finding = _job!.Diagnose().Findings.Single(finding => finding.Where == "event-time");
        Assert.Equal(FindingKind.SplitIsIdle, finding.Kind);
        Assert.StartsWith(
            "All splits that 'event-time' takes time from are quiet: the watermark stays at 1970-01-01 00:00:0", finding.Text,
            StringComparison.Ordinal);
        Assert.DoesNotContain(_job.Diagnose().Findings, finding => finding.Kind == FindingKind.SplitHoldsTimeBack);
    }

    [Fact]
    public void Times_are_seconds()
    {
        var seconds = _clock.GetUtcNow().ToUnixTimeSeconds();
        Append(new("a", seconds, 1), new("b", seconds + 1, 1));
        Windowed();
        Run();

        Assert.Contains("Give WithEventTime milliseconds", Only(FindingKind.TimesAreSeconds).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_are_not_answered_and_a_checkpoint_waits_for_them()
    {
        Append(new("a", 1, 1), new("b", 2, 2), new("c", 3, 3));
        var never = new TaskCompletionSource<int>();
        Readings().Select(r => new Unwritable(r.Value)).MapAsync(_ => never.Task, new AsyncOptions { Concurrency = 2 })
            .To(Sink.Memory<int>());
        Run();
        Assert.Equal("map-async", Only(FindingKind.WaitsForCalls).Where);

        _job!.Begin();
        _job.RunUntilIdle();
        _clock.Advance(3 * Second);

        var finding = Only(FindingKind.CheckpointIsSlow);
        Assert.Equal("map-async", finding.Where);
        Assert.Matches(@"^Checkpoint 1 has been under way for 3\.\d s and waits for the calls of 'map-async'\.", finding.Text);
        never.SetResult(1);
    }

    [Fact]
    public void Results_wait_for_the_next_checkpoint()
    {
        Append(new("a", 1, 1), new("b", 2, 2));
        Readings().To(Sink.Memory<Reading>("kept"));
        Run();

        var finding = Only(FindingKind.ResultsWaitForCheckpoint);
        Assert.Equal("kept", finding.Where);
        Assert.Matches(@"^Sink 'kept' has 2 result\(s\) that the next checkpoint makes visible, in \d+\.\d s\.$", finding.Text);
        _job!.Checkpoint();
        Check(FindingKind.NothingFound, "", "Nothing stands in the way of results: records come in and go on.");
    }

    [Fact]
    public void Some_records_are_left_out()
    {
        Append(new("a", 1, 1), new("b", 2, 0));
        Readings().Select(r => 1 / r.Value).To(Sink.Memory<int>());
        Run();
        _job!.Checkpoint();

        Check(FindingKind.SomeAreLeftOut, "select",
            "Step 'select' has left out 1 of 2 records: 0 late, 0 without partner, 1 dead letters.");
    }

    [Fact]
    public void The_job_has_ended()
    {
        _pipeline.From(Source.Of([1])).To(Sink.Memory<int>());
        _job = SimulatedJob.Start(_pipeline, _log);
        _job.Run();

        Check(FindingKind.Ended, "", "The job has finished: all input is processed and every window closed.");
    }

    private Stream<Reading> Readings(string topic = "readings") => _pipeline.From(Topic.Of<Reading>(topic));

    private void Windowed()
        => Readings().WithEventTime(r => r.TimeMs, maxOutOfOrderness: Second / 2).KeyBy(r => r.Sensor).Window(Tumbling.Every(Second))
        .Aggregate(a => a.Count(), (_, _, n) => n).To(Sink.Memory<long>());

    private void Append(params Reading[] readings) => _log.Append("readings", readings, partition: 0, partitions: 2);

    private void Run()
    {
        _job = SimulatedJob.Start(_pipeline, _log, clock: _clock);
        _job.RunUntilIdle();
    }

    private void Check(FindingKind kind, string where, string text)
        => Assert.Equal(new Finding(kind, where, text), _job!.Diagnose().Findings[0]);

    private Finding Only(FindingKind kind)
    {
        var diagnosis = _job!.Diagnose();
        return Assert.Single(diagnosis.Findings, finding => finding.Kind == kind);
    }

    /// <summary>Sets timers and does not handle them; an own step could be as wrong.</summary>
    private sealed class SetsTimers : KeyedProcess<string, Reading, int, int>
    {
        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, int> context)
            => context.SetTimer(record.Timestamp + 1_000);
    }

    /// <summary>Of a type that has no serde: it is in flight in no checkpoint.</summary>
    private sealed record Unwritable(int Value, Func<int>? Code = null);
}
