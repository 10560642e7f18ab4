using Dataflow;
using Dataflow.Dashboard;
using Dataflow.Hosting;
using Dataflow.Log;
using Dataflow.Onnx;
using Dataflow.Vectors;

// Documents are put, changed and deleted over HTTP. A pipeline embeds each text once, and keeps an index in which they are searched.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton(_ => EmbeddingModel.Load(Path.Combine(AppContext.BaseDirectory, "model")));
builder.Services.AddSingleton(services =>
    VectorIndex.Exact<string, Embedded>(services.GetRequiredService<EmbeddingModel>().Dimensions));
builder.Services.AddSingleton<Inbox>();
builder.Services.AddDataflow().AddPipeline("documents", Documents.Define);
builder.Services.AddHealthChecks().AddDataflow();

var app = builder.Build();
app.MapHealthChecks("/health");
app.MapDataflowDashboard(() => app.Services.GetRequiredService<DataflowJobs>().All, options: new() { ShowsValues = true });

app.MapPut("/documents/{id}", (string id, Document document, Inbox inbox) => inbox.PutAsync(id, document));
app.MapDelete("/documents/{id}", (string id, Inbox inbox) => inbox.DeleteAsync(id));

// The nearest documents: GET /search?q=peace
app.MapGet("/search", (string q, EmbeddingModel model, VectorIndex<string, Embedded> index) =>
    index.Search(model.Embed(q), count: 5).Select(found => new { id = found.Key, found.Row.Text, found.Similarity }));
app.Run();

public sealed record Document(string Text);

public sealed record Embedded(string Text, float[] Vector);

internal static class Documents
{
    public static readonly Topic<Document> Topic = Dataflow.Topic.Of<Document>("documents", partitions: 2);

    public static void Define(Pipeline pipeline, IServiceProvider services)
    {
        var model = services.GetRequiredService<EmbeddingModel>();
        var index = services.GetRequiredService<VectorIndex<string, Embedded>>();
        pipeline.Table<string, Document>(Topic)
            .Embed(model, document => document.Text, (document, vector) => new Embedded(document.Text, vector))
            .ToIndex(index, embedded => embedded.Vector);
        pipeline.Offer(index.ToLookup("documents", text => model.Embed(text)));
    }
}

/// <summary>Writes documents to the topic, with the trace of the request.</summary>
internal sealed class Inbox(PartitionedLog log) : IAsyncDisposable
{
    private readonly Lazy<Task<TopicWriter<string, Document>>> _writer = new(
        () => log.OpenWriterAsync<string, Document>(Documents.Topic, carriesTrace: true));

    /// <summary>Puts or replaces a document; it is on disk when the task completes.</summary>
    public async Task PutAsync(string id, Document document) => await (await _writer.Value).WriteAsync(id, document);

    public async Task DeleteAsync(string id) => await (await _writer.Value).DeleteAsync(id);

    public async ValueTask DisposeAsync()
    {
        if (_writer.IsValueCreated) await (await _writer.Value).DisposeAsync();
    }
}
