using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

public class SplitTests
{
    [Fact]
    public void Agrees_with_LINQ_on_any_input_and_any_number_of_ways()
        => Gen.Select(Gen.Int[0, 100].Array, Gen.Int[1, 3]).Sample(
            (values, workers) =>
            {
                var pipeline = new Pipeline("split");
                var (even, three, other) = (Sink.Memory<int>("even"), Sink.Memory<int>("three"), Sink.Memory<int>("other"));
                var source = pipeline.From(Source.Of(values));
                source.Split(x => x % 2 == 0, out var odd).To(even);
                odd.Split(x => x % 3 == 0, out var rest, name: "threes").To(three);
                rest.To(other);
                Harness.Run(pipeline, even, workers);

                Assert.Equal(values.Where(x => x % 2 == 0), even.Committed);
                Assert.Equal(values.Where(x => x % 2 != 0 && x % 3 == 0), three.Committed);
                Assert.Equal(values.Where(x => x % 2 != 0 && x % 3 != 0), other.Committed);
            },
            iter: 30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Both_ways_keep_keys_and_time(int workers)
    {
        var readings = Enumerable.Range(0, 200).Select(i => new Reading($"s{i % 3}", i, i)).ToArray();
        var pipeline = new Pipeline("split");
        var counts = Sink.Memory<(string, long, int)>();
        var small = pipeline.From(Source.Of(readings)).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Split(r => r.Value < 50, out var large);
        Count(small, "small").Union(Count(large, "large")).To(counts);

        var expected = readings.GroupBy(r => (r.Sensor, Start: r.TimeMs / 100 * 100, IsSmall: r.Value < 50))
            .Select(g => (g.Key.Sensor, g.Key.Start, g.Count()));
        Assert.Equal(expected.Order(), Harness.Run(pipeline, counts, workers).Order());

        static KeyedStream<string, (string, long, int)> Count(KeyedStream<string, Reading> stream, string name)
            => stream.Window(Tumbling.Every(TimeSpan.FromMilliseconds(100)), name)
                .Aggregate(a => a.Count(), (key, window, n) => (key, window.StartMs, (int)n));
    }

    [Fact]
    public void A_rest_that_nobody_wants_is_dropped_and_counted()
    {
        var pipeline = new Pipeline("split");
        var results = Sink.Memory<int>();
        pipeline.From(Source.Of([1, 2, 3])).Split(x => x > 1, out _).To(results);
        using var log = SimulatedJob.OpenLog();
        var job = SimulatedJob.Start(pipeline, log);
        job.Run();

        Assert.Equal([2, 3], results.Committed);
        Assert.Equal(1, job.Status.Steps.Single(step => step.Name == "split").Filtered);
    }

    [Fact]
    public void Shows_the_rest_in_the_plan()
    {
        var pipeline = new Pipeline("split");
        pipeline.From(Source.Of([1, 2, 3])).Split(x => x > 1, out var rest).To(Sink.Memory<int>("fitting"));
        rest.To(Sink.Memory<int>("others"));

        Assert.Contains("split-rest (from split)", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Stops_where_the_predicate_fails_and_refuses_a_missing_one()
    {
        var error = Assert.Throws<OperatorException>(() => Harness.Run(
            [1], s => s.Split(_ => throw new InvalidOperationException("No."), out _)));
        Assert.Equal("split", error.Step);
        Assert.Throws<ArgumentNullException>(() => Harness.Run([1], s => s.Split(null!, out _)));
    }
}
