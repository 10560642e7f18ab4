using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Onnx.Tests;

/// <summary>A table of texts embedded row by row.</summary>
public sealed class EmbedTableTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_row_that_is_deleted_while_its_text_is_embedded_is_gone_after_it(int workers)
    {
        var answers = new TaskCompletionSource();
        using var slow = new FakeGenerator { Before = (_, _) => answers.Task };
        var results = Sink.Memory<Change<Row>>();
        var job = SimulatedJob.Start(Embedding(slow, results), _log, workers);
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Empty(results.Committed);
        job.Close(); // with all of it in flight

        answers.SetResult();
        using var generator = new FakeGenerator();
        SimulatedJob.Start(Embedding(generator, results), _log, 4 - workers).Run();

        Assert.Equal(["Insert a", "Delete a"], Of(results, id: 1));
        Assert.Equal(["Insert b", "Update c"], Of(results, id: 2));
        Assert.DoesNotContain("", generator.Answered.SelectMany(texts => texts));
    }

    private static Pipeline Embedding(FakeGenerator generator, MemorySink<Change<Row>> results)
    {
        var pipeline = new Pipeline("rows");
        pipeline.From(Source.Of<Row>([new(1, "a"), new(2, "b"), new(1, ""), new(2, "c")])).KeyBy(row => row.Id).ToTable()
            .Where(row => row.Text.Length > 0)
            .Embed(generator, row => row.Text, (row, vector) => row with { Length = (int)vector[0] }).Changes().Values().To(results);
        return pipeline;
    }

    private static IEnumerable<string> Of(MemorySink<Change<Row>> results, int id)
        => results.Committed.Where(change => (change.HasNew ? change.New : change.Old).Id == id)
            .Select(change => $"{change.Kind} {(change.HasNew ? change.New : change.Old).Text}");

    public sealed record Row(int Id, string Text, int Length = 0);
}
