using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

public class KeyByTests
{
    [Fact]
    public void Brings_all_records_of_a_key_to_one_worker_in_their_order()
        => Gen.Select(Gen.Int[0, 20].Array[0, 500], Gen.Int[1, 4]).Sample(
            (values, workers) =>
            {
                var numbered = values.Index().ToList();
                var seen = Harness.Run(numbered, s => s.KeyBy(x => x.Item).Add(input => new SeenBy<int, (int, int)>(input)), workers);
                foreach (var key in seen.GroupBy(x => x.Value.Item2))
                {
                    Assert.Single(key.Select(x => x.Worker).Distinct());
                    Assert.Equal(numbered.Where(x => x.Item == key.Key), key.Select(x => x.Value));
                }

                Assert.Equal(values.Length, seen.Count);
            },
            iter: 30);

    [Fact]
    public void Spreads_keys_over_all_workers()
        => Assert.Equal(
            [0, 1, 2],
            Harness.Run(Enumerable.Range(0, 200), s => s.KeyBy(x => $"key {x}").Add(input => new SeenBy<string, int>(input)), workers: 3)
                .Select(x => x.Worker).Distinct().Order());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Takes_records_and_tuples_as_keys(int workers)
    {
        (string Text, SensorKey Key)[] values = [("a", new("x", 1)), ("b", new("x", 2)), ("c", new("x", 1))];

        var counts = Harness.Run(
            values,
            s => s.KeyBy(v => (v.Key, v.Key.Number)).Process(() => new RunningCount<(SensorKey, int), (string Text, SensorKey)>()),
            workers);

        Assert.Equal([1, 1, 2], counts.Order());
    }

    public sealed record SensorKey(string Name, int Number);

    /// <summary>Says which worker saw each record.</summary>
    private sealed record SeenBy<TKey, T>(Node<Keyed<TKey, T>> Before)
        : Node<Keyed<TKey, T>, Keyed<TKey, (int Worker, T Value)>>("seen-by", Before)
    {
        public override Operator<Keyed<TKey, T>, Keyed<TKey, (int Worker, T Value)>> CreateOperator() => new SeenByOperator<TKey, T>();
    }

    private sealed class SeenByOperator<TKey, T> : Operator<Keyed<TKey, T>, Keyed<TKey, (int Worker, T Value)>>
    {
        public override void Process(in Record<Keyed<TKey, T>> record)
            => Emit(record.With(new Keyed<TKey, (int, T)>(record.Value.Key, (Context.Worker, record.Value.Value))));
    }
}

/// <summary>Counts the records of each key and gives every count.</summary>
internal sealed class RunningCount<TKey, T> : KeyedProcess<TKey, T, long, long>
    where TKey : notnull
{
    public override void OnRecord(in Record<T> record, ref long state, ProcessContext<TKey, long> context) => context.Emit(++state);
}
