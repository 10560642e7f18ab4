using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Windows;

/// <summary>The promises of a windowed aggregation with early results.</summary>
public abstract class WindowContract : StepContract
{
    protected const int Length = 500;
    protected const int Early = 3;

    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 3);

    protected override IReadOnlyList<string> Expected => Sums(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Sums(All.Where(static reading => reading.Value != Broken));

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        Sum(pipeline.Readings("readings"), reading => Check(reading.Value, fails)).To(Topic.Of<string>(Results));
        return pipeline;
    }

    protected abstract Stream<string> Sum(KeyedStream<int, Reading> readings, Func<Reading, long> value);

    protected static string Text(int key, long start, long count, long sum, bool isFinal)
        => $"{key} from {start}: {count} of {sum}{(isFinal ? "" : " so far")}";

    private static string[] Sums(IEnumerable<Reading> readings)
        => [.. readings.GroupBy(static reading => (reading.Key, Start: reading.Time - (reading.Time % Length)))
            .SelectMany(static window => Enumerable.Range(1, window.Count())
                .Where(static count => count % Early == 0).Select(count => (window.Key, Of: window.Take(count).ToList(), IsFinal: false))
                .Append((window.Key, Of: window.ToList(), IsFinal: true)))
            .Select(static result => Text(
                result.Key.Key, result.Key.Start, result.Of.Count, result.Of.Sum(static one => one.Value), result.IsFinal))
            .Order(StringComparer.Ordinal)];
}

public sealed class BuiltInWindowTests : WindowContract
{
    protected override Stream<string> Sum(KeyedStream<int, Reading> readings, Func<Reading, long> value)
        => readings.Window(Tumbling.Every(TimeSpan.FromMilliseconds(Length)), trigger: new Trigger { EarlyRecords = Early })
            .Aggregate(
                a => (a.Count(), a.Sum(value)),
                (key, window, count, sum) => Text(key, window.StartMs, count, sum, window.Firing == Firing.OnTime))
            .Values();
}

public sealed class SumTests : WindowContract
{
    [Fact]
    public void Late_records_are_counted_and_go_to_the_side_and_the_diagnosis_names_the_open_window()
    {
        var (topic, late) = (Topic.Of<Reading>("readings", 1), new Output<Reading>("late"));
        using var log = SimulatedJob.OpenLog();
        var pipeline = Begin(fails: false);
        var (sums, lateOnes) = (Sink.Memory<WindowSum>("sums"), Sink.Memory<long>("late"));
        var summed = pipeline.From(topic).WithEventTime(static reading => reading.Time).KeyBy(static reading => reading.Key)
            .SumEvery(TimeSpan.FromMilliseconds(Length), Early, static reading => reading.Value, late);
        summed.Values().To(sums);
        summed.SideOutput(late).Values().Select(static reading => reading.Value).To(lateOnes);
        log.Write("readings", [new(0, 100, 1), new(0, 700, 2)], partitions: 1);
        var job = SimulatedJob.Start(pipeline, log, workers: 2);
        job.RunUntilIdle();
        log.Write("readings", [new(0, 200, 3)], partitions: 1);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal([new WindowSum(0, 1, 1, IsFinal: true)], sums.Committed);
        Assert.Equal([3], lateOnes.Committed);
        Assert.Equal(1, job.Status.Steps.Single(static step => step.Name == "sum").Late);
        Assert.Contains("sum", job.Diagnose().ToString(), StringComparison.Ordinal);
        job.Close();
    }

    protected override Stream<string> Sum(KeyedStream<int, Reading> readings, Func<Reading, long> value)
        => readings.SumEvery(TimeSpan.FromMilliseconds(Length), Early, value)
            .Pairs.Select(static of => Text(of.Key, of.Value.Start, of.Value.Count, of.Value.Sum, of.Value.IsFinal));
}
