using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Windows;

public class CountingTests
{
    [Fact]
    public void Agree_with_LINQ_through_restarts()
        => Gen.Select(Reading.Disordered(60), Gen.Int[1, 12], Gen.Int[1, 12], Restarted.InOrder).Sample(
            (readings, size, step, run) =>
            {
                var every = Math.Min(size, step);
                var windows = size == every ? Counting.Every(size) : Counting.Of(size, every);
                var results = run.Run(readings, s => s.WithEventTime(r => r.TimeMs, maxOutOfOrderness: TimeSpan.FromMilliseconds(60))
                    .KeyBy(r => r.Sensor).Window(windows)
                    .Aggregate(a => (a.Count(), a.Sum(r => r.Value)), (key, w, n, sum) => (key, w.StartMs, w.EndMs, n, sum)).Values());
                Assert.Equal(readings.GroupBy(r => r.Sensor).SelectMany(g => Model([.. g], size, every)).Order(), results.Order());
            },
            iter: 80);

    [Fact]
    public void Need_no_event_time()
    {
        var sums = Harness.Run(
            [1, 2, 3, 4, 5], s => s.KeyBy(_ => "all").Window(Counting.Every(2)).Aggregate(a => a.Sum(x => x), (_, _, sum) => sum));

        Assert.Equal([3, 7, 5], sums);
    }

    [Fact]
    public void Overlap_when_they_come_more_often_than_they_are_long()
    {
        var sums = Harness.Run([1, 2, 3, 4, 5], s => s.Window(Counting.Of(3, every: 1)).Aggregate(a => a.Sum(x => x), (_, sum) => sum));

        Assert.Equal([1, 3, 6, 9, 12], sums);
    }

    [Fact]
    public void Refuse_senseless_sizes()
    {
        Assert.Equal("records", Assert.Throws<ArgumentOutOfRangeException>(() => Counting.Every(0)).ParamName);
        Assert.Equal("every", Assert.Throws<ArgumentOutOfRangeException>(() => Counting.Of(3, 0)).ParamName);
        Assert.Equal("every", Assert.Throws<ArgumentOutOfRangeException>(() => Counting.Of(3, 4)).ParamName);
        Assert.Equal("every 3 records", Counting.Every(3).ToString());
        Assert.Equal("last 3 records every 2", Counting.Of(3, 2).ToString());
    }

    private static IEnumerable<(string, long, long, long, long)> Model(List<Reading> readings, int size, int every)
    {
        for (var end = every; end < readings.Count + every; end += every)
        {
            var window = readings.Take(end).Skip(Math.Max(0, end - size)).ToList();
            yield return (window[0].Sensor, window.Min(r => r.TimeMs), window.Max(r => r.TimeMs) + 1, window.Count,
            window.Sum(r => (long)r.Value));
        }
    }
}
