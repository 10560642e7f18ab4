using System.Globalization;
using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Testing.Disks;

namespace Dataflow.Tests.Connectors;

/// <summary>Bounded sources in the order of time: whatever their order was, no record is late.</summary>
public sealed class OrderBySourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Gives_what_LINQ_gives_wherever_the_bound_of_memory_lies()
        => Gen.Select(Gen.Select(Gen.Long[-9, 9], Gen.Int[0, 300]).Array[0, 120], Gen.Int[1, 6_000], Gen.Int[0, 130]).Sample(
            (drawn, maxBytes, skipped) =>
            {
                var values = drawn.Select((value, i) => (Time: value.Item1, Text: new string((char)('a' + (i % 26)), value.Item2)))
                    .ToList();
                skipped = Math.Min(skipped, values.Count);
                using var log = SimulatedJob.OpenLog(new SimulatedFileSystem());
                using var order = new TimeOrder<string>(log, maxBytes);
                foreach (var (i, value) in values.Index()) order.Add(value.Time, new Record<string>(value.Text, 0, new RecordOrigin(3, i)));
                order.Complete();
                for (var i = 0; i < skipped; i++) order.Skip();
                Assert.Equal(values.Count - skipped, order.Count);

                var expected = values.Select((value, i) => (value.Time, Record: new Record<string>(value.Text, 0, new RecordOrigin(3, i))))
                    .OrderBy(value => value.Time).Skip(skipped).Select(value => value.Record);
                Assert.Equal(expected, Rest(order));
            },
            iter: 300);

    [Fact]
    public void Takes_records_that_are_longer_than_what_is_read_and_written_at_once()
    {
        string[] values = ["b", new string('c', 3 << 20), "a", new string('d', 100_000)];
        using var log = SimulatedJob.OpenLog(new SimulatedFileSystem());
        using var order = new TimeOrder<string>(log, maxBytes: 1);
        foreach (var value in values) order.Add(-value.Length, new Record<string>(value, 0, default));
        order.Complete();

        Assert.Equal([values[1], values[3], "b", "a"], Rest(order).Select(record => record.Value));
    }

    [Fact]
    public void Leaves_no_file_wherever_the_process_ends()
    {
        var operations = Spill(new SimulatedFileSystem());
        Assert.InRange(operations, 5, 100);
        for (var operation = 0; operation < operations; operation++)
        {
            var disk = new SimulatedFileSystem();
            disk.CrashAt(operation);
            Assert.ThrowsAny<SimulatedCrashException>(() => Spill(disk));
            disk = disk.AfterProcessCrash();
            Spill(disk);
            Assert.Empty(disk.List("/log/spill"));
        }

        static int Spill(SimulatedFileSystem disk)
        {
            using var log = SimulatedJob.OpenLog(disk);
            using var order = new TimeOrder<int>(log, maxBytes: 1);
            for (var i = 3; i > 0; i--) order.Add(i, new Record<int>(i, 0, default));
            order.Complete();
            Assert.Empty(disk.List("/log/spill"));
            Assert.Equal([1, 2, 3], Rest(order).Select(record => record.Value));
            return disk.Operations.Count;
        }
    }

    [Fact]
    public void Says_that_the_disk_is_full_and_goes_on_once_there_is_room()
    {
        var disk = new SimulatedFileSystem();
        using var log = SimulatedJob.OpenLog(disk);
        disk.CapacityBytes = disk.UsedBytes;
        Assert.Matches(
            "^Directory '/log.spill': the disk refused what is put in order of time there \\(No space left on device.*\\)\\. Nothing "
                + "committed is lost; make room "
                + "or mend the disk, then start the job again\\.$",
            Assert.Throws<ConnectorException>(Order).Message);
        disk.CapacityBytes += 1000;
        Order();

        void Order()
        {
            using var order = new TimeOrder<int>(log, maxBytes: 1);
            order.Add(1, new Record<int>(1, 0, default));
        }
    }

    [Fact]
    public void Reads_the_same_rest_from_every_position_that_it_has_reported()
    {
        var path = _folder.Write("labels.csv", "time,text\n3,c\n1,a\n3,d\n2,b\n1,e\n");
        var source = Source.Csv<Label>(path).OrderBy(label => label.Time);
        string[] expected = ["a", "e", "b", "c", "d"];
        var records = new Record<Label>[1];
        using var reader = Open(source, 0, default);
        for (var read = 0; read <= expected.Length; read++)
        {
            using var rest = Open(source, reader.Position, reader.Mark.ToArray());
            Assert.Equal(expected.Skip(read), All(rest).Select(record => record.Value.Text));
            while (!reader.IsFinished && reader.Read(records) == 0) Assert.True(reader.IsGathering || read == 0);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void No_record_is_late_in_any_order_of_several_splits(int workers)
    {
        var random = new Random(4);
        for (var partition = 0; partition < 3; partition++)
            _log.Append(
                "labels", Enumerable.Range(0, 200 * partition).Select(_ => new Label(random.NextInt64(100_000), "")), partition,
                partitions: 3);
        var counts = Sink.Memory<long>();
        var pipeline = new Pipeline("count");
        pipeline.From(Topic.Of<Label>("labels").StopAtEnd().OrderBy(label => label.Time)).WithEventTime(label => label.Time)
            .KeyBy(label => label.Text).Window(Tumbling.Every(TimeSpan.FromMilliseconds(50)))
            .Aggregate(a => a.Count(), (_, _, count) => count).To(counts);
        var clock = new SimulatedClock();
        var job = SimulatedJob.Start(pipeline, _log, workers, clock: clock, with: options => options with { ReadRecords = 8 });

        while (job.Status.RecordsRead == 0)
        {
            clock.Advance(TimeSpan.FromMinutes(1)); // however long it takes: what is put in order is not quiet
            job.Step();
        }

        job.Run();

        Assert.Equal((600, 0), (counts.Committed.Sum(), job.Status.Steps.Sum(step => step.Late)));
    }

    [Fact]
    public void Results_and_dead_letters_are_the_same_wherever_the_job_crashes()
        => new Simulation(
            log =>
            {
                var random = new Random(6);
                for (var partition = 0; partition < 2; partition++)
                    log.Append(
                        "labels", Enumerable.Range(0, 150).Select(i => i % 10 == 7 ? "bad" : $"{random.Next(1000)} {partition}-{i}"),
                        partition, partitions: 2);
                log.Append("readings", Enumerable.Range(0, 300).Select(i => new Reading("a", i, i * 3)));
            },
            () =>
            {
                var pipeline = new Pipeline("join") { OnError = ErrorPolicy.DeadLetter() };
                var readings = pipeline.From(Topic.Of<Reading>("readings").StopAtEnd()).WithEventTime(reading => reading.TimeMs)
                    .KeyBy(_ => 0);
                pipeline.From(Topic.Of("labels", serde: new LabelSerde()).StopAtEnd().OrderBy(label => label.Time))
                    .WithEventTime(label => label.Time, name: "of-labels")
                    .KeyBy(_ => 0).LeftJoinAsOf(readings, (label, reading) => $"{label.Text} {reading?.Value}")
                    .To(Topic.Of<string>("rows"));
                return pipeline;
            },
            log =>
            {
                string[] letters = [
                    .. Topic.Of<DeadLetter>("join.dead-letters").ReadAll(log).Select(letter => $"{letter.Source}@{letter.Position}")];
                Assert.Equal(30, letters.Length);
                var rows = log.Sorted<string>("rows");
                Assert.Equal(270, rows.Count);
                return [.. rows, .. letters.Order(StringComparer.Ordinal)];
            }).Run(seeds: 15);

    [Fact]
    public async Task A_job_says_that_the_source_has_changed_since_and_begins_anew_without_its_checkpoints()
    {
        var path = _folder.Write("labels.csv", "time,text\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"{i * 7 % 500},a\n")));
        var job = Start();
        StopIn(job);
        job = Start(); // and stops before it has read all again
        job.Begin();
        while (job.Status.Checkpoints.Count == 0) job.Step();
        job.Close();
        File.AppendAllText(path, "5,b\n");
        var changed = Start();
        Assert.Equal(
            "Source split 'labels.csv': it has other records than when the job began to read it in order of time. Restore it, or start the "
                + "job anew "
                + "without its checkpoints (Pipeline.ForgetAsync).",
            Assert.Throws<ConnectorException>(changed.Run).Message);
        changed.Close();

        await Pipeline().ForgetAsync(new JobOptions { Log = _log }, TestContext.Current.CancellationToken);
        var anew = Start();
        anew.Run();
        Assert.Equal(501, anew.Status.RecordsRead);
        Start().Run(); // the same source at its end is no other

        SimulatedJob Start() => SimulatedJob.Start(Pipeline(), _log, with: options => options with { ReadRecords = 8 });

        Pipeline Pipeline()
        {
            var pipeline = new Pipeline("ordered");
            pipeline.From(Source.Csv<Label>(path).OrderBy(label => label.Time)).To(Topic.Of<Label>("rows"));
            return pipeline;
        }
    }

    [Fact]
    public void A_checkpoint_of_the_source_as_it_is_does_not_hold_for_its_order()
    {
        _log.Append("labels", Enumerable.Range(0, 500).Select(i => new Label(-i, "")));
        var job = SimulatedJob.Start(Pipeline(label => label), _log, with: options => options with { ReadRecords = 8 });
        StopIn(job);

        Assert.Contains(
            "labels: in order of time",
            Assert.Throws<PlanException>(() => SimulatedJob.Start(Pipeline(source => source.OrderBy(label => label.Time)), _log)).Message,
            StringComparison.Ordinal);

        static Pipeline Pipeline(Func<Source<Label>, Source<Label>> order)
        {
            var pipeline = new Pipeline("ordered");
            pipeline.From(order(new TopicSource<Label>(Topic.Of<Label>("labels").StopAtEnd())))
                .WithEventTime(label => label.Time, TimeSpan.FromSeconds(1)).KeyBy(label => label.Text)
                .Window(Tumbling.Every(TimeSpan.FromDays(1))).Aggregate(a => a.Count(), (_, _, count) => count).To(Sink.Memory<long>());
            return pipeline;
        }
    }

    [Fact]
    public void Streams_wait_and_the_diagnosis_says_for_what()
    {
        _log.Append("labels", Enumerable.Range(0, 1000).Select(i => new Label(-i, "")));
        _log.Append("readings", [new Reading("a", 1, 1)]);
        var pipeline = new Pipeline("both");
        var readings = Sink.Memory<Reading>("kept");
        pipeline.From(Topic.Of<Reading>("readings").StopAtEnd()).To(readings);
        pipeline.From(Topic.Of<Label>("labels").StopAtEnd().OrderBy(label => label.Time)).To(Sink.Memory<Label>());
        var job = SimulatedJob.Start(pipeline, _log, with: options => options with { ReadRecords = 64 });
        while (job.Status.Splits.Single(split => split.Name == "labels[0]").Lag != 936) job.Step();

        Assert.Contains(
            "Source 'labels' is still being put in order of time: 'labels[0]' is at 0, 936 to go. Streams start when it is at its end.",
            job.Diagnose().ToString().Split('\n'));
        Assert.Empty(readings.Committed);
        job.Run();
        Assert.Equal((1001, 1), (job.Status.RecordsRead, readings.Committed.Count));
    }

    [Fact]
    public void A_job_that_is_drained_meanwhile_ends()
    {
        _log.Append("labels", Enumerable.Range(0, 1000).Select(i => new Label(-i, "")));
        _log.Append("readings", [new Reading("a", 1, 1)]);
        var pipeline = new Pipeline("both");
        pipeline.From(Topic.Of<Reading>("readings")).To(Sink.Memory<Reading>("kept"));
        pipeline.From(Topic.Of<Label>("labels").StopAtEnd().OrderBy(label => label.Time)).To(Sink.Memory<Label>());
        var job = SimulatedJob.Start(pipeline, _log, workers: 2, with: options => options with { ReadRecords = 64 });
        for (var turn = 0; turn < 5; turn++) job.Step();

        job.Drain();
        job.Run();

        Assert.True(job.HasFinished);
    }

    [Fact]
    public void Refuses_a_source_that_does_not_end_and_takes_it_with_what_it_advises()
    {
        _log.Append("labels", [new Label(1, "")]);
        Assert.Contains(
            "source 'labels' does not end, so it cannot be put in order. Of a topic, order what there is: StopAtEnd().OrderBy(...).",
            Assert.Throws<PlanException>(() => Start(Topic.Of<Label>("labels"))).Message,
            StringComparison.Ordinal);
        Start(Topic.Of<Label>("labels").StopAtEnd()).Run();

        SimulatedJob Start(Topic<Label> labels)
        {
            var pipeline = new Pipeline("ordered");
            pipeline.From(labels.OrderBy(label => label.Time)).To(Sink.Memory<Label>());
            return SimulatedJob.Start(pipeline, _log);
        }
    }

    [Fact]
    public void Refuses_values_that_cannot_be_written()
    {
        var pipeline = new Pipeline("ordered");
        pipeline.From(Source.Of([() => 1L], "functions").OrderBy(value => value())).Select(value => value()).To(Sink.Memory<long>());
        Assert.Contains(
            "step 'functions': ", Assert.Throws<PlanException>(() => SimulatedJob.Start(pipeline, _log)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_of_threads_puts_a_source_in_order_on_a_real_disk()
    {
        var (values, results) = (Enumerable.Range(0, 100_000).Select(i => i * 7L % 100_000).ToList(), Sink.Memory<long>());
        var pipeline = new Pipeline("ordered");
        pipeline.From(Source.Of(values).OrderBy(value => value)).To(results);

        await pipeline.RunAsync(new JobOptions { Directory = _folder["log"], Workers = 2 }, TestContext.Current.CancellationToken);

        Assert.Equal(values.Order(), results.Committed);
    }

    [Fact]
    public void A_record_that_has_no_time_is_an_error_of_the_stream_and_can_be_replayed()
    {
        _log.Append("labels", [new Label(2, "b"), new Label(-1, "x"), new Label(1, "a")]);
        var (results, again) = (Sink.Memory<string>("results"), Sink.Memory<string>("again"));
        var labels = Topic.Of<Label>("labels").StopAtEnd().OrderBy(TimeOf);
        var pipeline = new Pipeline("first") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(labels).WithEventTime(TimeOf).Select(label => label.Text).To(results);
        SimulatedJob.Start(pipeline, _log).Run();

        Assert.Equal(["a", "b"], results.Committed);
        var letter = Assert.Single(Topic.Of<DeadLetter>("first.dead-letters").ReadAll(_log));
        Assert.Equal(("event-time", "labels[0]", 1), (letter.Step, letter.Source, letter.Position));
        var second = new Pipeline("second");
        second.From(Source.Replay(labels, "first")).Select(label => label.Text).To(again);
        SimulatedJob.Start(second, _log).Run();
        Assert.Equal(["x"], again.Committed);

        static DateTimeOffset TimeOf(Label label)
            => label.Time < 0
                ? throw new InvalidOperationException("It has no time.") : DateTimeOffset.FromUnixTimeMilliseconds(label.Time);
    }

    [Fact]
    public void Times_are_ordered_as_event_time_takes_them()
    {
        var utc = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
        DateTime[] times = [utc.AddMinutes(1), DateTime.SpecifyKind(utc.AddMinutes(2), DateTimeKind.Unspecified), utc.ToLocalTime()];
        var source = Source.Of(times).OrderBy(time => time);
        using var reader = Open(source, 0, default);
        Assert.Equal([times[2], times[0], times[1]], All(reader).Select(record => record.Value));
    }

    private static void StopIn(SimulatedJob job)
    {
        while (job.Status.RecordsRead < 100) job.Step();
        job.Begin();
        while (job.Status.Checkpoints.Count == 0) job.Step();
        job.Close();
        Assert.InRange(job.Status.RecordsRead, 100, 400);
    }

    private static List<Record<T>> Rest<T>(TimeOrder<T> order)
    {
        var records = new List<Record<T>>();
        while (order.TryTake(out var record)) records.Add(record);
        return records;
    }

    private static SourceReader<T> Open<T>(Source<T> source, long position, ReadOnlyMemory<byte> mark)
    {
        var context = new SourceContext(null!, TimeProvider.System);
        var split = Assert.Single(source.Describe(context));
        return source.Open(new SourceSplit(7, 0, split.Name, split.End) { Mark = mark }, position, context);
    }

    private static List<Record<T>> All<T>(SourceReader<T> reader)
    {
        var (all, records) = (new List<Record<T>>(), new Record<T>[2]);
        while (!reader.IsFinished) all.AddRange(records[..reader.Read(records)]);
        return all;
    }

    public sealed record Label(long Time, string Text);

    private sealed class LabelSerde : Serde<Label>
    {
        public override void Write(Label value, System.Buffers.IBufferWriter<byte> bytes)
            => Serde<string>.Default.Write($"{value.Time} {value.Text}", bytes);

        public override Label Read(ReadOnlyMemory<byte> bytes)
        {
            var parts = Serde<string>.Default.Read(bytes).Split(' ');
            return new(long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]);
        }
    }
}
