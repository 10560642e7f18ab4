using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Windows;

/// <summary>Kinds of window of one's own, under the built-in verbs.</summary>
public abstract class OwnKindContract : StepContract
{
    protected static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 17);

    protected override IReadOnlyList<string> Expected => Texts(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Texts(All.Where(static reading => reading.Value != Broken));

    protected abstract WindowSpec Kind { get; }

    /// <summary>The windows of the readings of one key, which are in the order of time.</summary>
    protected abstract IEnumerable<(long Start, long End, IReadOnlyList<Reading> Readings)> WindowsOf(IReadOnlyList<Reading> readings);

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.Readings("readings").Window(Kind)
            .Aggregate(a => (a.Count(), a.Sum(reading => Check(reading.Value, fails))), Text)
            .Values().To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static string Text(int key, Window window, long count, long sum)
        => $"{key} from {window.StartMs} to {window.EndMs}: {count} of {sum}";

    private string[] Texts(IEnumerable<Reading> readings)
        => [.. readings.GroupBy(static reading => reading.Key)
            .SelectMany(key => WindowsOf([.. key]).Select(window => Text(
                key.Key, new Window(window.Start, window.End), window.Readings.Count, window.Readings.Sum(static one => one.Value))))
            .Order(StringComparer.Ordinal)];
}

public sealed class BeatsTests : OwnKindContract
{
    protected override WindowSpec Kind => new Beats();

    [Fact]
    public void Is_aggregated_before_the_exchange()
    {
        var pipeline = Begin(fails: false);
        pipeline.Readings("readings").Window(Kind).Aggregate(a => a.Count(), static (_, _, count) => count)
            .Values().To(Sink.Memory<long>("counts"));

        Assert.Contains("with 'window-aggregate' begun before", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_a_trigger()
    {
        using var log = SimulatedJob.OpenLog();
        Fill(log);
        var results = Sink.Memory<(Firing, long)>("results");
        var pipeline = Begin(fails: false);
        pipeline.Readings("readings").Window(Kind, trigger: new Trigger { EarlyRecords = 1 })
            .Aggregate(a => a.Count(), static (_, window, count) => (window.Firing, count)).Values().To(results);
        SimulatedJob.Start(pipeline, log, workers: 2).Run();

        Assert.Equal(All.Count, results.Committed.Count(static result => result.Item1 == Firing.Early));
        Assert.Equal(
            All.Count, results.Committed.Where(static result => result.Item1 == Firing.OnTime).Sum(static result => result.Item2));    }

    protected override IEnumerable<(long Start, long End, IReadOnlyList<Reading> Readings)> WindowsOf(IReadOnlyList<Reading> readings)
        => readings.GroupBy(static reading => StartOf(reading.Time)).Select(static window
            => (window.Key, window.Key + (window.Key % Beats.Period == 0 ? Beats.Short : Beats.Period - Beats.Short),
                (IReadOnlyList<Reading>)[.. window]));

    private static long StartOf(long time) => time - (time % Beats.Period) + (time % Beats.Period < Beats.Short ? 0 : Beats.Short);
}

public sealed class FromFirstTests : OwnKindContract
{
    private const int Length = 400;

    protected override WindowSpec Kind => new FromFirst(TimeSpan.FromMilliseconds(Length));

    [Fact]
    public void Refuses_a_trigger_as_it_says_that_it_takes_none()
    {
        var pipeline = Begin(fails: false);
        pipeline.Readings("readings").Window(Kind, trigger: new Trigger { EarlyRecords = 1 })
            .Aggregate(a => a.Count(), static (_, _, count) => count).Values().To(Sink.Memory<long>("all"));

        var error = Assert.Throws<PlanException>(() => pipeline.Explain());
        Assert.Contains("gives its results by itself", error.Message, StringComparison.Ordinal);
    }

    protected override IEnumerable<(long Start, long End, IReadOnlyList<Reading> Readings)> WindowsOf(IReadOnlyList<Reading> readings)
    {
        for (var first = 0; first < readings.Count;)
        {
            var start = readings[first].Time;
            IReadOnlyList<Reading> window = [.. readings.Skip(first).TakeWhile(reading => reading.Time < start + Length)];
            yield return (start, start + Length, window);
            first += window.Count;
        }
    }
}
