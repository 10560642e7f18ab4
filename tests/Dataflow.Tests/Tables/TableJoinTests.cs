using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Tables;

/// <summary>Joins of tables against LINQ over the rows that are in force at the end.</summary>
public class TableJoinTests
{
    private static readonly Gen<Item[]> Items = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 5], Gen.Int[0, 99], Gen.Int[0, 3])
        .Array[0, 150].Select(rows => rows.Select(r => new Item(r.Item1, r.Item2, r.Item3, r.Item4 == 0)).ToArray());

    [Fact]
    public void An_inner_join_has_the_keys_of_both() => Check(
        (left, right) => left.Join(right, (l, r) => $"{l.Amount} {r.Amount}"),
        (left, right) => left.Where(l => right.ContainsKey(l.Key)).Select(l => (l.Key, $"{l.Value.Amount} {right[l.Key].Amount}")));

    [Fact]
    public void A_left_join_has_the_keys_of_the_left() => Check(
        (left, right) => left.LeftJoin(right, (l, r) => $"{l.Amount} {r?.Amount}"),
        (left, right) => left.Select(l => (l.Key, $"{l.Value.Amount} {right.GetValueOrDefault(l.Key)?.Amount}")));

    [Fact]
    public void An_outer_join_has_the_keys_of_either() => Check(
        (left, right) => left.OuterJoin(right, (l, r) => $"{l?.Amount} {r?.Amount}"),
        (left, right) => left.Keys.Union(right.Keys)
            .Select(key => (key, $"{left.GetValueOrDefault(key)?.Amount} {right.GetValueOrDefault(key)?.Amount}")));

    [Fact]
    public void A_join_by_foreign_key_follows_rows_that_name_another_key() => Check(
        (left, right) => left.Join(right, l => l.Other, (l, r) => $"{l.Amount} {l.Other} {r.Amount}"),
        (left, right) => left.Where(l => right.ContainsKey(l.Value.Other))
            .Select(l => (l.Key, $"{l.Value.Amount} {l.Value.Other} {right[l.Value.Other].Amount}")));

    [Fact]
    public void A_left_join_by_foreign_key_keeps_rows_without_partner() => Check(
        (left, right) => left.LeftJoin(right, l => l.Other, (l, r) => $"{l.Amount} {l.Other} {r?.Amount}"),
        (left, right) => left.Select(l => (l.Key, $"{l.Value.Amount} {l.Value.Other} {right.GetValueOrDefault(l.Value.Other)?.Amount}")));

    /// <summary>Runs the join in two halves, with a restart on another number of workers between them.</summary>
    private static void Check(
        Func<Table<int, Item>, Table<int, Item>, Table<int, string>> join,
        Func<Dictionary<int, Item>, Dictionary<int, Item>, IEnumerable<(int, string)>> model)
        => Gen.Select(Items, Items, Gen.Int[1, 3], Gen.Int[0, 1000]).Sample(
            (left, right, workers, seed) =>
            {
                using var log = SimulatedJob.OpenLog();
                var rows = new Dictionary<int, string>();
                log.Append("left", left[..(left.Length / 2)]);
                log.Append("right", right[..(right.Length / 3)]);
                Run(workers);
                log.Append("left", left[(left.Length / 2)..]);
                log.Append("right", right[(right.Length / 3)..]);
                Run((workers % 3) + 1);

                Assert.Equal(
                    model(Latest(left), Latest(right)).OrderBy(r => r.Item1), rows.Select(r => (r.Key, r.Value)).OrderBy(r => r.Key));

                void Run(int on)
                {
                    var sink = Sink.Memory<Keyed<int, Change<string>>>();
                    var pipeline = new Pipeline("joins");
                    join(Table(pipeline, "left"), Table(pipeline, "right")).Changes().Pairs.To(sink);
                    var job = SimulatedJob.Start(pipeline, log, on, seed);
                    job.RunUntilIdle();
                    job.Checkpoint();
                    foreach (var (key, change) in sink.Committed)
                    {
                        if (change.HasOld) Assert.Equal(change.Old, rows[key]);
                        else Assert.DoesNotContain(key, rows.Keys);
                        if (change.HasNew) rows[key] = change.New;
                        else rows.Remove(key);
                    }

                    job.Close();
                }
            },
            iter: 30);

    private static Table<int, Item> Table(Pipeline pipeline, string topic)
        => pipeline.From(Topic.Of<Item>(topic)).KeyBy(i => i.Key).ToTable(topic).Where(i => !i.IsGone, name: $"{topic}-there");

    private static Dictionary<int, Item> Latest(Item[] items)
        => items.GroupBy(i => i.Key).Select(g => g.Last()).Where(i => !i.IsGone).ToDictionary(i => i.Key);

    public sealed record Item(int Key, int Other, int Amount, bool IsGone);
}
