using Dataflow.Testing;

namespace Dataflow.Onnx.Tests.Docs;

/// <summary>The programs of the manual's page on embeddings.</summary>
public sealed class NoteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public NoteTests() => new TinyModel().WriteTo(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_note_whose_text_fails_comes_out_at_the_side()
    {
        using var model = new FakeGenerator();
        Note[] notes = [new("first", "a b"), new("second", null), new("third", "b a")];
        var pipeline = new Pipeline("notes");
        var (vectors, reasons) = (Sink.Memory<NoteVector>("vectors"), Sink.Memory<string>("reasons"));

        var embedded = pipeline.From(Source.Of(notes))
            .Embed(model, note => note.Text, (note, vector) => new NoteVector(note.Id, vector), out var failed);
        embedded.To(vectors);
        failed.Select(letter => $"{letter.Source}@{letter.Position}: {letter.Reason}").To(reasons);

        Run(pipeline);

        Assert.Equal(["first", "third"], vectors.Committed.Select(note => note.Id));
        Assert.Equal(["memory@1: The text is null."], reasons.Committed);
    }

    [Fact]
    public void A_table_of_notes_becomes_a_table_of_vectors()
    {
        using var model = new FakeGenerator();
        Note[] notes = [new("first", "a b"), new("first", "b a")];
        var pipeline = new Pipeline("notes");
        var kinds = Sink.Memory<ChangeKind>();

        var vectors = pipeline.Table(Source.Of(notes, "notes"), note => note.Id)
            .Embed(model, note => note.Text, (note, vector) => new NoteVector(note.Id, vector));

        vectors.Changes().Values().Select(change => change.Kind).To(kinds);
        Run(pipeline);

        Assert.Equal([ChangeKind.Insert, ChangeKind.Update], kinds.Committed);
    }

    [Fact]
    public void A_long_note_gives_a_vector_for_each_part()
    {
        using var model = EmbeddingModel.Load(_folder.Path, new EmbeddingOptions { MaxTokens = 12 });
        Note[] notes = [new("first", "a b a b a b a b a b a b a b")];
        var pipeline = new Pipeline("notes");
        var parts = Sink.Memory<string>();

        pipeline.From(Source.Of(notes))
            .EmbedChunks(model, note => note.Text, (note, part, vector) => $"{note.Id}, part {part.Index}: {part.Text}", overlap: 2)
            .To(parts);

        Run(pipeline);

        Assert.Equal(["first, part 0: a b a b a b a b a b", "first, part 1: a b a b a b"], parts.Committed);
    }

    private static void Run(Pipeline pipeline)
    {
        using var log = SimulatedJob.OpenLog();
        SimulatedJob.Start(pipeline, log).Run();
    }

    public sealed record Note(string Id, string? Text);

    public sealed record NoteVector(string Id, float[] Vector);
}
