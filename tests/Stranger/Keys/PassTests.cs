using Dataflow;
using Dataflow.Testing;

namespace Stranger.Keys;

/// <summary>Verbs of one's own that give keys, change them, keep them, and know what every worker knows.</summary>
public sealed class PassTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Records_of_a_key_come_together_wherever_the_keys_are_from(int workers)
    {
        using var log = SimulatedJob.OpenLog();
        log.Write("values", Enumerable.Range(0, 300).Select(static i => (long)i), static value => (int)value);
        log.Write("factors", [2L, 3L], static factor => (int)factor, partitions: 2);
        var sums = Sink.Memory<Keyed<string, long>>();
        var pipeline = new Pipeline("keys");
        pipeline.From(Topic.Of<long>("values").StopAtEnd()).KeyByEach(static value => (IEnumerable<long>)[value % 7, value % 5])
            .Through(static pairs => pairs.Where(static pair => pair.Value > 9))
            .CountFor(static key => key % 2 == 0 ? "even" : "odd")
            .Times(pipeline.From(Topic.Of<long>("factors").StopAtEnd()))
            .Pairs.To(sums);
        var job = SimulatedJob.Start(pipeline, log, workers);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();

        var expected = Enumerable.Range(10, 290).SelectMany(static i => (long[])[i % 7, i % 5]).GroupBy(static key => key)
            .GroupBy(static key => key.Key % 2 == 0 ? "even" : "odd")
            .ToDictionary(static of => of.Key, static of => 5 * of.Sum(static key => key.LongCount() * (key.LongCount() + 1) / 2));
        var last = sums.Committed.GroupBy(static sum => sum.Key).ToDictionary(static of => of.Key, static of => of.Last().Value);
        Assert.Equal(expected, last);
    }
}
