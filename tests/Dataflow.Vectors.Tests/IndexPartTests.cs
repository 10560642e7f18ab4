using System.Numerics.Tensors;

namespace Dataflow.Vectors.Tests;

/// <summary>The two kinds of index by themselves.</summary>
public class IndexPartTests
{
    private const int Dimensions = 32;

    [Fact]
    public async Task Searches_beside_a_writer_find_what_stays_and_no_key_twice()
    {
        using var part = new ExactPart<int, string>();
        var stays = Enumerable.Range(0, 20).ToHashSet();
        foreach (var key in stays) part.Put(key, "stays", Filled(1));
        var isDone = false;

        var searches = Task.Run(() =>
        {
            for (var i = 0; i < 2_000 || !Volatile.Read(ref isDone); i++)
            {
                var nearest = new Nearest<int, string>(30);
                part.Search(Filled(1), nearest);
                var keys = nearest.ToList().Select(row => row.Key).ToList();
                Assert.Equal(keys.Count, keys.Distinct().Count());
                Assert.Superset(stays, keys.ToHashSet());
            }
        }, TestContext.Current.CancellationToken);
        for (var round = 0; round < 2_000; round++)
        {
            for (var key = 100; key < 140; key++) part.Put(key + round, "goes", Filled(0.5f));
            for (var key = 139; key >= 100; key--) part.Remove(key + round);
        }

        Volatile.Write(ref isDone, true);
        await searches;
        Assert.Equal(20, part.Count);
    }

    [Fact]
    public void A_graph_finds_nearly_all_that_an_exact_search_finds_also_after_half_were_replaced_and_a_tenth_removed()
    {
        var random = new Random(7);
        var centres = Enumerable.Range(0, 40).Select(_ => Random(random)).ToArray();
        using var graph = new HnswPart<int, string>(Dimensions);
        using var exact = new ExactPart<int, string>();
        for (var i = 0; i < 4_500; i++)
        {
            var vector = Near(centres[random.Next(centres.Length)], random);
            graph.Put(i % 3_000, $"v{i}", vector);
            exact.Put(i % 3_000, $"v{i}", vector);
        }

        for (var key = 0; key < 3_000; key += 10)
        {
            graph.Remove(key);
            exact.Remove(key);
        }

        var found = 0;
        for (var i = 0; i < 100; i++)
        {
            var query = Near(centres[random.Next(centres.Length)], random);
            var (best, near) = (new Nearest<int, string>(10), new Nearest<int, string>(10));
            exact.Search(query, best);
            graph.Search(query, near);
            Assert.All(near.ToList(), row => Assert.NotEqual(0, row.Key % 10));
            Assert.All(near.ToList(), row => Assert.Equal(row.Key < 1_500 ? $"v{row.Key + 3_000}" : $"v{row.Key}", row.Row));
            found += near.ToList().Count(row => best.ToList().Any(other => other.Key == row.Key));
        }

        Assert.Equal(2_700, graph.Count);
        Assert.InRange(found, 900, 1_000);
    }

    [Fact]
    public void The_best_come_first_and_a_key_that_is_offered_again_counts_once()
    {
        var nearest = new Nearest<string, int>(3);
        foreach (var (key, similarity) in new[] { ("a", 0.1f), ("b", 0.9f), ("c", 0.5f), ("b", 0.7f), ("d", 0.2f), ("e", float.NaN) })
            nearest.Offer(key, 0, similarity);

        Assert.Equal([("b", 0.7f), ("c", 0.5f), ("d", 0.2f)], nearest.ToList().Select(row => (row.Key, row.Similarity)));
    }

    private static float[] Filled(float value) => [.. Enumerable.Repeat(value, Dimensions)];

    private static float[] Random(Random random) => Unit([.. Enumerable.Range(0, Dimensions).Select(_ => (float)(random.NextDouble() - 0.5))]);

    private static float[] Near(float[] centre, Random random)
        => Unit([.. centre.Select(number => number + (float)((random.NextDouble() - 0.5) * 0.3))]);

    private static float[] Unit(float[] vector)
    {
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), vector);
        return vector;
    }
}
