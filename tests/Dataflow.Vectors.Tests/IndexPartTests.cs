using System.Numerics.Tensors;

namespace Dataflow.Vectors.Tests;

/// <summary>The two kinds of index by themselves.</summary>
public class IndexPartTests
{
    private const int Dimensions = 64;

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

    /// <summary>Groups of equal vectors among random ones: how many groups, how large they are, and the random ones beside them.</summary>
    [Theory]
    [InlineData(1, 500, 2_000)]
    [InlineData(1, 3_000, 200)]
    [InlineData(60, 50, 500)]
    [InlineData(1, 300, 4_000)]
    public void A_graph_finds_what_an_exact_search_finds_among_equal_and_random_vectors(int groups, int size, int others)
    {
        var random = new Random(11);
        using var graph = new HnswPart<int, string>(Dimensions);
        using var exact = new ExactPart<int, string>();
        var equal = Enumerable.Range(0, groups).Select(_ => Random(random)).ToArray();
        float[][] all = [
            .. Enumerable.Range(0, groups * size).Select(at => equal[at % groups]),
            .. Enumerable.Range(0, others).Select(_ => Random(random))];
        random.Shuffle(all);
        foreach (var (key, vector) in all.Index()) Put(key, vector);
        Assert.InRange(Recall(graph, exact, all, random), 0.99, 1);

        foreach (var key in Enumerable.Range(0, all.Length))
        {
            if (key % 3 == 0) Put(key, all[key] = all[random.Next(all.Length)]); // now another's too
            else if (key % 3 == 1) Remove(key);
        }

        Assert.Equal(exact.Count, graph.Count);
        Assert.InRange(Recall(graph, exact, all, random), 0.99, 1);

        void Put(int key, float[] vector)
        {
            graph.Put(key, "", vector);
            exact.Put(key, "", vector);
        }

        void Remove(int key)
        {
            graph.Remove(key);
            exact.Remove(key);
        }
    }

    [Fact]
    public void Keys_with_one_vector_come_and_go_alone()
    {
        using var graph = new HnswPart<string, int>(Dimensions);
        foreach (var (row, key) in new[] { "a", "b", "c", "d" }.Index()) graph.Put(key, row, Filled(1));
        graph.Put("a", 10, Filled(1)); // another row
        graph.Put("b", 11, Filled(2)); // another vector
        graph.Put("e", 12, Filled(2));
        graph.Remove("c");

        Assert.Equal([("a", 10), ("d", 3)], Found(1).OrderBy(found => found.Key));
        Assert.Equal([("b", 11), ("e", 12)], Found(2).OrderBy(found => found.Key));
        graph.Remove("a");
        graph.Remove("d");
        Assert.Empty(Found(1));
        graph.Put("a", 13, Filled(1)); // after the last one went
        Assert.Equal([("a", 13)], Found(1));
        Assert.Equal(3, graph.Count);

        IEnumerable<(string Key, int Row)> Found(float value)
        {
            var nearest = new Nearest<string, int>(10);
            graph.Search(Filled(1), nearest);
            return nearest.ToList().Where(row => row.Similarity == value * Dimensions).Select(row => (row.Key, row.Row));
        }
    }

    [Fact]
    public void Vectors_are_equal_where_their_numbers_are()
    {
        using var graph = new HnswPart<int, string>(2);
        graph.Put(1, "", [0f, 1]);
        graph.Put(2, "", [-0f, 1]);

        var nearest = new Nearest<int, string>(1);
        graph.Search([0, 1], nearest);
        Assert.Equal(VectorHash.Of([0f, 1]), VectorHash.Of([-0f, 1]));
        Assert.Single(nearest.ToList());
    }

    [Fact]
    public void A_graph_that_is_freed_finds_nothing_and_takes_nothing()
    {
        var graph = new HnswPart<int, string>(Dimensions);
        graph.Put(1, "", Filled(1));
        graph.Dispose();
        graph.Dispose();

        var nearest = new Nearest<int, string>(1);
        graph.Search(Filled(1), nearest);
        Assert.Empty(nearest.ToList());
        Assert.Throws<ObjectDisposedException>(() => graph.Put(1, "", Filled(1)));
        Assert.Throws<ObjectDisposedException>(() => graph.Remove(1));
    }

    [Fact]
    public void The_best_come_first_and_a_key_that_is_offered_again_counts_once()
    {
        var nearest = new Nearest<string, int>(3);
        foreach (var (key, similarity) in new[] { ("a", 0.1f), ("b", 0.9f), ("c", 0.5f), ("b", 0.7f), ("d", 0.2f), ("e", float.NaN) })
            nearest.Offer(key, 0, similarity);

        Assert.Equal([("b", 0.7f), ("c", 0.5f), ("d", 0.2f)], nearest.ToList().Select(row => (row.Key, row.Similarity)));
    }

    /// <summary>How many of the ten nearest are found, or others as near; half of the queries are vectors that are there.</summary>
    private static double Recall(HnswPart<int, string> graph, ExactPart<int, string> exact, float[][] all, Random random)
    {
        const int Queries = 200;
        var found = 0;
        for (var i = 0; i < Queries; i++)
        {
            var query = i % 2 == 0 ? all[random.Next(all.Length)] : Random(random);
            var (best, near) = (new Nearest<int, string>(10), new Nearest<int, string>(10));
            exact.Search(query, best);
            graph.Search(query, near);
            found += near.ToList().Count(row => row.Similarity > best.ToList()[^1].Similarity - 1e-5f);
        }

        return found / (10.0 * Queries);
    }

    private static float[] Filled(float value) => [.. Enumerable.Repeat(value, Dimensions)];

    private static float[] Random(Random random)
        => Unit([.. Enumerable.Range(0, Dimensions).Select(_ => (float)(random.NextDouble() - 0.5))]);

    private static float[] Near(float[] centre, Random random)
        => Unit([.. centre.Select(number => number + (float)((random.NextDouble() - 0.5) * 0.3))]);

    private static float[] Unit(float[] vector)
    {
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), vector);
        return vector;
    }
}
