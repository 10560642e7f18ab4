using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Vectors.Tests;

/// <summary>An index holds what its table holds.</summary>
public sealed class ToIndexTests : IDisposable
{
    private const string Input = "documents";

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void An_exact_search_agrees_with_LINQ_over_the_latest_rows_on_any_workers_and_after_a_restart()
        => Gen.Select(Document.Any, Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[0, 6], Gen.Float[-1, 1].Array[Document.Dimensions]).Sample(
            (changes, before, after, steps, query) =>
            {
                using var log = SimulatedJob.OpenLog();
                Document.Append(log, Input, changes);
                using var index = VectorIndex.Exact<string, Document>(Document.Dimensions);
                var job = SimulatedJob.Start(Indexing(index), log, before, seed: steps);
                for (var step = 0; step < steps; step++) job.Step();
                job.Checkpoint();
                for (var step = 0; step < steps / 4; step++) job.Step(); // done again after the restart
                job.Close();

                SimulatedJob.Start(Indexing(index), log, after, seed: steps).Run();

                var latest = changes.GroupBy(change => change.Id).Select(group => group.Last()).Where(last => last.Vector is not null)
                    .ToList();
                var expected = latest.Select(row => (row.Id, Similarity: Dot(row.Vector!, query)))
                    .OrderByDescending(row => row.Similarity).Take(5).ToList();
                var found = index.Search(query, 5);
                Assert.Equal(latest.Count, index.Count);
                Assert.Equal(expected.Count, found.Count);
                Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Similarity, pair.Second.Similarity, 4));
                Assert.All(found, row => Assert.Equal(Dot(latest.Single(last => last.Id == row.Key).Vector!, query), row.Similarity, 4));
            },
            iter: 60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_started_job_fills_the_index_from_its_checkpoint_before_it_reads_on(bool isGraph)
    {
        Append(Enumerable.Range(0, 50).Select(i => new Document($"d{i}", Unit(i % Document.Dimensions))));
        using (var before = Make(isGraph))
        {
            var job = SimulatedJob.Start(Indexing(before, isGrowing: true), _log, workers: 2);
            job.RunUntilIdle();
            job.Checkpoint();
            job.Close();
        }

        using var index = Make(isGraph);
        var again = SimulatedJob.Start(Indexing(index, isGrowing: true), _log, workers: 3);
        Assert.True(index.Filled.IsCompleted);
        Assert.Equal(50, index.Count);
        again.RunUntilIdle();

        Assert.All(index.Search(Unit(2), 7), row => Assert.Equal(("2", 1), (Of(row.Key), row.Similarity)));
        Assert.Equal(50, again.Status.StateEntries); // the table's rows alone
        again.Close();

        static string Of(string key)
            => $"{int.Parse(key.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) % Document.Dimensions}";
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_row_that_changes_or_goes_is_not_found_as_it_was(bool isGraph)
    {
        using var index = Make(isGraph);
        Append([new("a", Unit(0)), new("b", Unit(1)), new("c", Unit(2)), new("a", Unit(3)), new("b", null)]);

        SimulatedJob.Start(Indexing(index), _log).Run();

        Assert.Equal(["c", "a"], index.Search([0, 0, 1, 0.5f, 0, 0, 0], 10).Select(row => row.Key));
        Assert.Equal(0, index.Search(Unit(1), 1).Single().Similarity);
    }

    [Fact]
    public void A_vector_of_another_length_or_that_is_not_finite_is_rejected_and_nothing_stale_is_kept()
    {
        using var index = Make(isGraph: false);
        Append([new("a", Unit(0)), new("b", Unit(1)), new("a", [1, 2]), new("b", [float.NaN, 0, 0, 0, 0, 0, 0]), new("c", Unit(2))]);

        var job = SimulatedJob.Start(Indexing(index, onError: ErrorPolicy.DeadLetter()), _log);
        job.Run();

        Assert.Equal(2, job.Status.DeadLetters);
        Assert.Equal(["c"], index.Search(Unit(2), 10).Select(row => row.Key));
    }

    [Fact]
    public void Says_which_record_has_a_vector_that_does_not_fit()
    {
        using var index = Make(isGraph: false);
        Append([new("a", Unit(0)), new("a", [1, 2])]);

        var error = Assert.Throws<OperatorException>(() => SimulatedJob.Start(Indexing(index), _log).Run());

        Assert.StartsWith(
            "Operator 'index' failed on documents[0]@1: The vector has 2 numbers; the index holds vectors of 7. Use one model for both.",
            error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Searches_go_on_while_the_job_is_started_again_and_again(bool isGraph)
    {
        const int Searchers = 2, Starts = 15;
        using var index = Make(isGraph);
        Append(Enumerable.Range(0, 300).Select(i => new Document($"d{i}", Unit(i % Document.Dimensions))));
        var isDone = false;
        var searches = Enumerable.Range(0, Searchers).Select(_ => Task.Run(
            () =>
            {
                while (!Volatile.Read(ref isDone))
                    Assert.InRange(index.Search(Unit(2), 7).Count + index.Count, 0, 307);
            },
            TestContext.Current.CancellationToken)).ToList();

        for (var start = 0; start < Starts; start++)
        {
            var job = SimulatedJob.Start(Indexing(index, isGrowing: true), _log, workers: 1 + (start % 3), seed: start);
            job.RunUntilIdle();
            job.Checkpoint();
            job.Close();
        }

        Volatile.Write(ref isDone, true);
        await Task.WhenAll(searches);
        Assert.Equal(300, index.Count);
        Assert.Equal(7, index.Search(Unit(2), 7).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_job_may_not_fill_the_index_until_the_first_has_ended(bool isGraph)
    {
        using var index = Make(isGraph);
        Append([new("a", Unit(0)), new("b", Unit(1))]);
        var first = SimulatedJob.Start(Indexing(index, isGrowing: true), _log);
        first.RunUntilIdle();

        var error = Assert.Throws<OperatorException>(() => SimulatedJob.Start(Indexing(index, name: "second"), _log));

        Assert.Equal("index", error.Step);
        Assert.Equal(
            $"The index ({index}) is filled by a step of a job that runs. "
            + "Give each ToIndex an index of its own, or stop the job before another one begins.",
            error.InnerException!.Message);
        Assert.Equal(2, index.Count);
        first.Close();
        SimulatedJob.Start(Indexing(index, name: "second"), _log).Run();
        Assert.Equal(2, index.Count);
    }

    [Fact]
    public void Two_steps_may_not_fill_one_index()
    {
        using var index = Make(isGraph: true);
        Append([new("a", Unit(0))]);
        var pipeline = new Pipeline("indexing");
        var table = Document.Table(pipeline.From(Topic.Of<Document>(Input).StopAtEnd()));
        table.ToIndex(index, document => document.Vector!);
        table.ToIndex(index, document => document.Vector!, "again");

        Assert.Equal("index", Assert.Throws<OperatorException>(() => SimulatedJob.Start(pipeline, _log)).Step);
        SimulatedJob.Start(Indexing(index), _log).Run(); // the start that failed has given the index back
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_index_that_is_disposed_while_its_job_runs_fails_the_job_whatever_becomes_of_rejected_rows(bool isGraph)
    {
        var index = Make(isGraph);
        Append([new("a", Unit(0)), new("b", Unit(1))]);
        var job = SimulatedJob.Start(Indexing(index, isGrowing: true, ErrorPolicy.DeadLetter()), _log);
        job.RunUntilIdle();

        index.Dispose();
        Append([new("c", Unit(0))]);

        var error = Assert.Throws<OperatorException>(job.RunUntilIdle);
        Assert.IsType<ObjectDisposedException>(error.InnerException);
        Assert.Throws<ObjectDisposedException>(() => index.Search(Unit(0), 1));
        Assert.IsType<ObjectDisposedException>(
            Assert.Throws<OperatorException>(() => SimulatedJob.Start(Indexing(index, name: "second"), _log)).InnerException);
        job.Close();
    }

    [Fact]
    public async Task Who_waits_for_an_index_that_is_disposed_learns_of_it()
    {
        var index = Make(isGraph: true);
        var filled = index.Filled;
        index.Dispose();
        index.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => filled);
    }

    [Theory]
    [InlineData(float.NaN, 0, "The vector has a number that is not finite.")]
    [InlineData(float.PositiveInfinity, 0, "The vector has a number that is not finite.")]
    [InlineData(
        3e38f, 3e38f, "The vector is too long: its dot product with itself is beyond a float's range. Scale it, for example to length 1.")]
    [InlineData(
        2e19f, 0, "The vector is too long: its dot product with itself is beyond a float's range. Scale it, for example to length 1.")]
    public void A_vector_that_cannot_be_compared_is_no_query_and_no_row(float first, float second, string reason)
    {
        using var index = VectorIndex.Hnsw<string, Document>(2);
        Append([new("a", [1, 0]), new("b", [first, second])]);

        var job = SimulatedJob.Start(Indexing(index, onError: ErrorPolicy.DeadLetter()), _log);
        job.Run();

        Assert.Equal(1, job.Status.DeadLetters);
        Assert.Equal(1, index.Count);
        Assert.StartsWith(
            reason, Assert.Throws<ArgumentException>(() => index.Search([first, second], 1)).Message, StringComparison.Ordinal);
        Assert.Equal(1e19f, index.Search([1e19f, 1e18f], 1).Single().Similarity);
    }

    [Fact]
    public void A_search_with_a_vector_of_another_length_is_refused()
    {
        using var index = Make(isGraph: true);
        Assert.Throws<ArgumentException>(() => index.Search([1, 2], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search(Unit(0), 0));
        Assert.Empty(index.Search(Unit(0), 1));
    }

    [Fact]
    public void Shows_in_the_plan()
    {
        using var index = VectorIndex.Hnsw<string, Document>(384);
        Assert.Contains("index (HNSW, 384 numbers)", Indexing(index).Explain().ToString(), StringComparison.Ordinal);
    }

    private static VectorIndex<string, Document> Make(bool isGraph)
        => isGraph ? VectorIndex.Hnsw<string, Document>(Document.Dimensions) : VectorIndex.Exact<string, Document>(Document.Dimensions);

    private static Pipeline Indexing(
        VectorIndex<string, Document> index, bool isGrowing = false, ErrorPolicy? onError = null, string name = "indexing")
    {
        var pipeline = new Pipeline(name) { OnError = onError ?? ErrorPolicy.Stop };
        var topic = Topic.Of<Document>(Input);
        Document.Table(pipeline.From(isGrowing ? topic : topic.StopAtEnd())).ToIndex(index, document => document.Vector!);
        return pipeline;
    }

    private static float[] Unit(int at)
    {
        var vector = new float[Document.Dimensions];
        vector[at] = 1;
        return vector;
    }

    private static float Dot(float[] left, float[] right) => left.Zip(right, (x, y) => x * y).Sum();

    private void Append(IEnumerable<Document> documents) => Document.Append(_log, Input, documents);
}
