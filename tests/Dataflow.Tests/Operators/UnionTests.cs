using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

public class UnionTests
{
    [Fact]
    public void Gives_all_records_of_both_streams()
        => Gen.Select(Gen.Int.Array, Gen.Int.Array, Gen.Int[1, 3]).Sample(
            (left, right, workers) =>
            {
                var results = Run(workers, p => p.From(Source.Of(left, "left")).Union(p.From(Source.Of(right, "right"))));
                Assert.Equal(left.Concat(right).Order(), results.Order());
            },
            iter: 30);

    [Fact]
    public void Keeps_the_order_of_each_stream()
    {
        var results = Run(1, p => p.From(Source.Of([1, 3, 5], "odd")).Union(p.From(Source.Of([2, 4, 6], "even"))));

        Assert.Equal([1, 3, 5], results.Where(x => x % 2 == 1));
        Assert.Equal([2, 4, 6], results.Where(x => x % 2 == 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Brings_a_stream_together_with_what_was_made_of_it_through_an_exchange(int workers)
    {
        var numbers = Enumerable.Range(0, 1000).ToArray();
        var results = Run(
            workers,
            p =>
            {
                var source = p.From(Source.Of(numbers)).WithEventTime(x => (long)x);
                var counts = source.KeyBy(x => x % 7).Window(Tumbling.Every(TimeSpan.FromMilliseconds(100)))
                    .Aggregate(a => a.Count(), (_, _, count) => -(int)count).Values();
                return source.Union(counts).KeyBy(x => x % 5).Union(source.KeyBy(x => x)).Values();
            });

        Assert.Equal(2 * numbers.Sum(), results.Where(x => x > 0).Sum());
        Assert.Equal(numbers.Length, -results.Where(x => x < 0).Sum());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Time_goes_with_the_slower_stream(int workers)
    {
        Reading[] slow = [new("a", 5, 1), new("a", 12, 1)];
        Reading[] fast = [.. Enumerable.Range(0, 500).Select(i => new Reading("a", 2000 + i, 1))];
        var pipeline = new Pipeline("test");
        var counts = Sink.Memory<(long, long)>();
        pipeline.From(Source.Of(fast, "fast")).WithEventTime(r => r.TimeMs, name: "fast-time")
            .Union(pipeline.From(Source.Of(slow, "slow")).WithEventTime(r => r.TimeMs, name: "slow-time"))
            .KeyBy(r => r.Sensor)
            .Window(Tumbling.Every(TimeSpan.FromMilliseconds(10)))
            .Aggregate(a => a.Count(), (_, window, count) => (window.StartMs, count))
            .To(counts);

        Assert.Equal(502, Harness.Run(pipeline, counts, workers).Sum(c => c.Item2));
    }

    [Fact]
    public void Is_given_event_time_only_if_both_streams_have_it()
    {
        var pipeline = new Pipeline("test");
        pipeline.From(Source.Of([1], "timed")).WithEventTime(x => (long)x)
            .Union(pipeline.From(Source.Of([2], "untimed")))
            .KeyBy(x => x).Window(Tumbling.Every(TimeSpan.FromSeconds(1))).Aggregate(a => a.Count(), (_, _, n) => n)
            .To(Sink.Memory<long>());

        Assert.Contains("needs event time", Assert.Throws<PlanException>(pipeline.Explain).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Event_time_may_be_given_to_the_union_of_sources()
    {
        var pipeline = new Pipeline("test");
        var counts = Sink.Memory<long>();
        pipeline.From(Source.Of([1, 2, 3], "left")).Union(pipeline.From(Source.Of([2, 3, 4], "right")))
            .WithEventTime(x => (long)x * 1000)
            .KeyBy(x => x).Window(Tumbling.Every(TimeSpan.FromSeconds(1))).Aggregate(a => a.Count(), (_, _, n) => n)
            .To(counts);

        Assert.Equal([1, 1, 2, 2], Harness.Run(pipeline, counts, workers: 2).Order());
    }

    private static IReadOnlyList<int> Run(int workers, Func<Pipeline, Stream<int>> steps)
    {
        var pipeline = new Pipeline("test");
        var results = Sink.Memory<int>();
        steps(pipeline).To(results);
        return Harness.Run(pipeline, results, workers);
    }
}
