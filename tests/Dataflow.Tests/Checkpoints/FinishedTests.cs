using CsCheck;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Checkpoints;

/// <summary>A pipeline that has finished is never started again in silence while there is something that it has not read.</summary>
public sealed class FinishedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void No_record_is_skipped_in_silence_whether_a_run_reads_to_the_end_or_on()
        => Gen.Select(Gen.Bool, Gen.Int[0, 9], Gen.Int[1, 3], Gen.Int[0, 40]).Array[3].Sample(
            runs =>
            {
                using var log = SimulatedJob.OpenLog();
                log.Append("numbers", Enumerable.Range(0, 0), partitions: 2);
                var there = 0;
                foreach (var (isLive, more, workers, steps) in runs)
                {
                    for (var i = 0; i < more; i++) log.Append("numbers", [there++], partition: there % 2, partitions: 2);
                    var unread = there - Copied(log).Count;
                    if (HasFinished(log) && (isLive || unread > 0))
                    {
                        var records = $"{unread} record{(unread == 1 ? " that was" : "s that were")} not read.";
                        Assert.Contains(
                            $"Source 'numbers' has {(isLive ? "no end now, and " : "")}{records}",
                            Assert.Throws<CheckpointException>(() => Start(log, isLive, workers)).Message, StringComparison.Ordinal);
                        continue;
                    }

                    var (job, hadFinished) = (Start(log, isLive, workers), HasFinished(log));
                    Assert.Equal(hadFinished, job.HasFinished);
                    if (steps < 30) Crash(job, steps);
                    else if (isLive) Stop(job);
                    else if (hadFinished) job.Close();
                    else job.Run();
                    if (isLive && steps >= 30) Assert.Equal(there, Copied(log).Count);
                    Assert.Equal(Copied(log).Count, Copied(log).Distinct().Count());
                }
            },
            iter: 200);

    [Fact]
    public void A_topic_read_live_and_stopped_ends_where_it_ends_now_once_it_is_read_to_its_end()
    {
        _log.Append("numbers", [1, 2]);
        Stop(Start(_log, isLive: true));
        _log.Append("numbers", [3, 4]);
        Start(_log, isLive: false).Run();
        Assert.Equal([1, 2, 3, 4], Copied(_log));
    }

    [Fact]
    public void A_run_that_was_stopped_ends_where_it_would_have_ended()
    {
        _log.Append("numbers", Enumerable.Range(0, 200));
        Crash(Start(_log, isLive: false, workers: 1), 20);
        Assert.InRange(Copied(_log).Count, 1, 199);
        _log.Append("numbers", [200]);
        Start(_log, isLive: false).Run();
        Assert.Equal(Enumerable.Range(0, 200), Copied(_log));
    }

    [Fact]
    public async Task What_a_refused_start_advises_helps()
    {
        var stop = TestContext.Current.CancellationToken;
        _log.Append("numbers", [1]);
        Start(_log, isLive: false).Run();
        _log.Append("numbers", [2, 3]);
        Assert.Equal(
            "Pipeline 'copy' has finished, and reads nothing more. Source 'numbers' has 2 records that were not read. To read all again "
            + "from the start, give it another name, or begin anew: Pipeline.ForgetAsync forgets the pipeline's checkpoints and state. "
            + "A topic can be read on from run to run: without StopAtEnd, and stopped (Job.StopAsync).",
            (await Assert.ThrowsAsync<CheckpointException>(() => Copy(isLive: false).RunAsync(new() { Log = _log }, stop))).Message);
        Assert.Throws<CheckpointException>(() => Start(_log, isLive: true));

        Start(_log, isLive: false, "other").Run();
        Assert.Equal([1, 1, 2, 3], Copied(_log));
        await Copy(isLive: true).ForgetAsync(new JobOptions { Log = _log }, stop);
        Stop(Start(_log, isLive: true));
        Assert.Equal([1, 1, 2, 3, 1, 2, 3], Copied(_log));
        _log.Append("numbers", [4]);
        Stop(Start(_log, isLive: true));
        Assert.Equal([1, 1, 2, 3, 1, 2, 3, 4], Copied(_log));
    }

    [Fact]
    public void Files_values_and_sources_that_are_new_are_looked_at_too()
    {
        var lines = _folder.Write("lines", "1\n2\n");
        Start(Source.JsonLines<int>(lines), Source.Of([5], "values")).Run();
        Start(Source.JsonLines<int>(lines), Source.Of([5], "values")).Run();
        Start(Source.JsonLines<int>(lines)).Run();
        File.AppendAllText(lines, "\n");
        Start(Source.JsonLines<int>(lines)).Run();
        File.AppendAllText(lines, "3\nbad\n");
        var refused = Assert.Throws<CheckpointException>(
            () => Start(Source.JsonLines<int>(lines), Source.Of([5, 6], "values"), Source.Of([7, 8], "new")));
        Assert.Equal(
            ["lines' has 2 records that were not read", "new' has 2 records that were not read", "values' has 1 record that was not read"],
            refused.Message.Split("Source '").Skip(1).Select(text => text.Split('.')[0]).Order());
        Assert.Equal([1, 2, 5], Copied(_log).Order());

        SimulatedJob Start(params Source<int>[] sources)
        {
            var pipeline = new Pipeline("several");
            sources.Select(source => pipeline.From(source)).Aggregate((one, other) => one.Union(other))
                .To(Topic.Of<int>("copies", partitions: 1));
            return SimulatedJob.Start(pipeline, _log);
        }
    }

    [Fact]
    public void A_topic_in_order_of_time_that_has_grown_is_refused_too()
    {
        _log.Append("times", [3L, 1L]);
        Start().Run();
        Start().Run();
        _log.Append("times", [2L]);
        Assert.Contains(
            "Source 'times' has 1 record that was not read.", Assert.Throws<CheckpointException>(Start).Message, StringComparison.Ordinal);

        SimulatedJob Start()
        {
            var pipeline = new Pipeline("ordered");
            pipeline.From(Topic.Of<long>("times").StopAtEnd().OrderBy(time => time)).To(Topic.Of<long>("ordered", partitions: 1));
            return SimulatedJob.Start(pipeline, _log);
        }
    }

    [Fact]
    public void A_source_that_had_ended_goes_on_where_it_is_read_live_in_a_pipeline_that_has_not()
    {
        _log.Append("table", [1]);
        _log.Append("live", [10]);
        Stop(Start(hasEnd: true));
        _log.Append("table", [2]);
        Stop(Start(hasEnd: false));
        _log.Append("table", [3]);
        Stop(Start(hasEnd: true));
        Assert.Equal([1, 2, 3, 10], Copied(_log).Order());

        SimulatedJob Start(bool hasEnd)
        {
            var pipeline = new Pipeline("both");
            var table = Topic.Of<int>("table");
            pipeline.From(hasEnd ? table.StopAtEnd() : table).Union(pipeline.From(Topic.Of<int>("live")))
                .To(Topic.Of<int>("copies", partitions: 1));
            return SimulatedJob.Start(pipeline, _log, workers: 2);
        }
    }

    [Fact]
    public void What_is_read_on_behind_an_end_is_late_and_counted_since_time_was_at_its_end()
    {
        _log.Append("times", [1_000L], partitions: 1);
        _log.Append("live", [1]);
        Stop(Start(hasEnd: true));
        _log.Append("times", [9_000L]);
        var job = Start(hasEnd: false);
        Stop(job);
        Assert.Equal(1, job.Status.Steps.Sum(step => step.Late));

        SimulatedJob Start(bool hasEnd)
        {
            var pipeline = new Pipeline("late");
            var times = Topic.Of<long>("times", partitions: 1);
            pipeline.From(hasEnd ? times.StopAtEnd() : times).WithEventTime(time => time).KeyBy(_ => 1)
                .Window(Tumbling.Every(TimeSpan.FromSeconds(1))).Aggregate(a => a.Count(), (_, _, count) => count).To(Sink.Memory<long>());
            pipeline.From(Topic.Of<int>("live")).To(Topic.Of<int>("copies", partitions: 1));
            return SimulatedJob.Start(pipeline, _log);
        }
    }

    [Fact]
    public void A_file_that_a_crash_left_without_its_name_gets_it_although_the_start_is_refused()
    {
        var path = _folder["out.jsonl"];
        _log.Append("numbers", [1]);
        var job = Start();
        while (job.Status.Checkpoints.Count == 0) job.Step(); // committed, and no task has learned of it
        Assert.False(File.Exists(path));
        job.Close();

        _log.Append("numbers", [2]);
        Assert.Throws<CheckpointException>(Start);
        Assert.Equal(["1"], File.ReadAllLines(path));

        SimulatedJob Start()
        {
            var pipeline = new Pipeline("file");
            pipeline.From(Topic.Of<int>("numbers").StopAtEnd()).To(Sink.JsonLines<int>(path));
            return SimulatedJob.Start(pipeline, _log);
        }
    }

    private static IReadOnlyList<int> Copied(LogStore log)
        => log.TryGetTopic("copies", out _) ? [.. Topic.Of<int>("copies").ReadAll(log)] : [];

    private static Pipeline Copy(bool isLive, string name = "copy")
    {
        var pipeline = new Pipeline(name);
        var numbers = Topic.Of<int>("numbers", partitions: 2);
        pipeline.From(isLive ? numbers : numbers.StopAtEnd()).To(Topic.Of<int>("copies", partitions: 1));
        return pipeline;
    }

    private static SimulatedJob Start(LogStore log, bool isLive, string name = "copy") => SimulatedJob.Start(Copy(isLive, name), log);

    private static SimulatedJob Start(LogStore log, bool isLive, int workers)
        => SimulatedJob.Start(
            Copy(isLive), log, workers, checkpointInterval: TimeSpan.FromMilliseconds(3), with: set => set with { ReadRecords = 2 });

    private static bool HasFinished(LogStore log)
        => log.TryGetTopic("copy.checkpoints", out var topic) && log.GetGroupOffset(topic.Name, topic.Name, 0) is { } last
            && ManifestRecords.Read(log, topic, 0, last, topic.EndOffset(0))[^1].Manifest.IsFinished;

    /// <summary>Reads all that there is and ends the job behind a checkpoint.</summary>
    private static void Stop(SimulatedJob job)
    {
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
    }

    /// <summary>Drops the job after some steps; what a checkpoint did not cover is lost.</summary>
    private static void Crash(SimulatedJob job, int steps)
    {
        for (var step = 0; step < steps && !job.HasFinished; step++) job.Step();
        job.Close();
    }
}
