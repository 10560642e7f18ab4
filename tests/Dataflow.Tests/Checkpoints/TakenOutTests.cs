using CsCheck;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Checkpoints;

/// <summary>A source or sink that some runs of a pipeline do without goes on where it was when it is put back.</summary>
public sealed class TakenOutTests : IDisposable
{
    private static readonly string[] Sources = ["a", "b", "c"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_record_counts_once_whichever_sources_a_run_has()
        => Gen.Select(Gen.Int[1, 7], Gen.Int[1, 3], Gen.Int[0, 20]).Array[2, 6].Sample(
            runs =>
            {
                using var log = SimulatedJob.OpenLog();
                foreach (var (mask, workers, records) in runs.Append((7, 2, 5)))
                {
                    foreach (var source in Sources)
                        log.Append(source, Enumerable.Range(0, records), partition: records % 2, partitions: 2);
                    Run(Counting(mask), log, workers);
                }

                var counted = Topic.Of<string>("counts").ReadAll(log).Select(text => int.Parse(text.Split(' ')[1])).Max();
                Assert.Equal(runs.Sum(run => run.Item3) * Sources.Length + 15, counted);
            },
            iter: 40);

    [Fact]
    public void A_source_that_had_ended_is_not_read_again_when_it_is_put_back()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("live", [1, 2]);
        foreach (var hasFile in (bool[])[true, false, false, true])
        {
            var pipeline = new Pipeline("ended");
            var numbers = pipeline.From(Topic.Of<int>("live"));
            if (hasFile) numbers = numbers.Union(pipeline.From(Source.Of([10, 20], "file")));
            numbers.To(Topic.Of<int>("copy", partitions: 1));
            Run(pipeline, log, workers: 1);
        }

        Assert.Equal([1, 2, 10, 20], Topic.Of<int>("copy").ReadAll(log).Order());
    }

    [Fact]
    public void The_time_of_a_source_is_where_it_was_when_it_is_put_back()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("a", [5_000L], partitions: 1);
        log.Append("b", [1_000L], partitions: 1);
        var seen = new List<(long Read, long? WatermarkMs)>();
        foreach (var hasA in (bool[])[true, false, true])
        {
            var pipeline = new Pipeline("timed");
            string[] names = hasA ? ["a", "b"] : ["b"];
            foreach (var name in names)
                pipeline.From(Topic.Of<long>(name)).WithEventTime(time => time, name: $"time-{name}").To(Sink.Memory<long>(name + "-out"));
            var job = Run(pipeline, log, workers: 2);
            seen.AddRange(job.Status.Splits.Where(split => split.Name == "a[0]").Select(split => (split.Read, split.WatermarkMs)));
        }

        Assert.Equal([(1, 5_000), (0, 5_000)], seen);
    }

    [Fact]
    public void A_file_that_no_stream_went_to_for_some_runs_is_written_on_behind_what_it_had()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("numbers", Enumerable.Range(0, 0));
        var path = _folder["out.jsonl"];
        foreach (var (number, hasSink) in (IEnumerable<(int, bool)>)[(1, true), (2, false), (3, false), (4, true)])
        {
            log.Append("numbers", [number]);
            var pipeline = new Pipeline("files");
            var numbers = pipeline.From(Topic.Of<int>("numbers"));
            if (hasSink) numbers.To(Sink.JsonLines<int>(path));
            numbers.To(Topic.Of<int>("copy", partitions: 1));
            Run(pipeline, log, workers: 1);
        }

        Assert.Equal(["1", "4"], File.ReadAllLines(path + ".partial"));
        Assert.Equal([1, 2, 3, 4], Topic.Of<int>("copy").ReadAll(log));
    }

    [Fact]
    public void A_split_that_is_gone_costs_an_entry_of_each_checkpoint()
    {
        using var log = SimulatedJob.OpenLog();
        foreach (var source in Sources) log.Append(source, [1], partition: 0, partitions: 2);
        for (var run = 0; run < 5; run++)
        {
            Run(Counting(run == 0 ? 7 : 1), log, workers: 1);
            var manifest = ManifestRecords.Read(log, log.GetTopic("counting.checkpoints"), 0, run, run + 1)[0].Manifest;
            Assert.Equal(6, manifest.Positions.Count);
        }
    }

    private static Pipeline Counting(int mask)
    {
        var pipeline = new Pipeline("counting");
        Sources.Where((_, index) => (mask & (1 << index)) > 0).Select(name => pipeline.From(Topic.Of<int>(name)))
            .Aggregate((one, other) => one.Union(other))
            .KeyBy(_ => "all").Process(() => new Count()).To(Topic.Of<string>("counts", partitions: 1));
        return pipeline;
    }

    private static SimulatedJob Run(Pipeline pipeline, LogStore log, int workers)
    {
        var job = SimulatedJob.Start(pipeline, log, workers);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
        return job;
    }

    private sealed class Count : KeyedProcess<string, int, int, string>
    {
        public override void OnRecord(in Record<int> record, ref int state, ProcessContext<string, string> context)
            => context.Emit($"{context.Key} {++state}");
    }
}
