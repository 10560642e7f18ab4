using Dataflow.Testing;

namespace Dataflow.Tests.Serialization;

/// <summary>Values of all types and shapes, through all places where bytes are made, come out equal to themselves in all
/// respects.</summary>
public class RoundTripTests
{
    private const int Values = 40;

    public sealed record Numbered(int Number, Everything? Value);

    [Fact]
    public void Random_values_come_back_as_they_were()
    {
        for (var seed = 0; seed < 500; seed++) Assert.Null(WithSeed(seed, new RandomValues(seed).Next()));

        static string? WithSeed(int seed, Everything value)
            => Alike.Difference(value, ValueTests.Again(value)) is { } difference ? $"seed {seed}: {difference}" : null;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_values_pass_topic_state_join_restart_and_rescaling(int seed)
    {
        using var log = SimulatedJob.OpenLog();
        var random = new RandomValues(seed);
        Numbered[] all = [.. Enumerable.Range(0, Values).Select(number => new Numbered(number, number % 7 == 0 ? null : random.Next()))];
        log.Append("values", all);
        log.Append("asks", Array.Empty<int>());

        var job = SimulatedJob.Start(Make(), log, workers: 1, seed: seed);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
        log.Append("asks", Enumerable.Range(0, Values));
        job = SimulatedJob.Start(Make(), log, workers: 3, seed: seed);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();

        foreach (var topic in new[] { "kept", "joined", "looked-up" })
        {
            var found = Topic.Of<Numbered>(topic).ReadAll(log).OrderBy(value => value.Number).ToList();
            Assert.True(found.Count == Values, $"{topic}, seed {seed}: {found.Count}");
            foreach (var (expected, actual) in all.Zip(found)) Assert.Null(Alike.Difference(expected, actual, $"{topic}, seed {seed}"));
        }
    }

    private static Pipeline Make()
    {
        var pipeline = new Pipeline("values");
        var values = pipeline.From(Topic.Of<Numbered>("values")).KeyBy(x => x.Number);
        var asks = pipeline.From(Topic.Of<int>("asks")).KeyBy(x => x);
        asks.Join(values, (_, value) => value).Values().To(Topic.Of<Numbered>("joined"));
        asks.Join(values.ToTable(), (_, value) => value).Values().To(Topic.Of<Numbered>("looked-up"));
        values.Select(x => (Value: (Numbered?)x, Ask: false)).Union(asks.Select(_ => (Value: (Numbered?)null, Ask: true)))
            .Process(() => new Keep()).Values().To(Topic.Of<Numbered>("kept"));
        return pipeline;
    }

    private sealed class Keep : KeyedProcess<int, (Numbered? Value, bool Ask), Numbered>
    {
        private ValueState<Everything?> _value = null!;

        public override void Open(ProcessStates<int, (Numbered? Value, bool Ask)> states) => _value = states.Value<Everything?>("value");

        public override void OnRecord(in Record<(Numbered? Value, bool Ask)> record, ProcessContext<int, Numbered> context)
        {
            if (record.Value.Ask) context.Emit(new(context.Key, _value.Value));
            else _value.Update() = record.Value.Value!.Value;
        }
    }
}
