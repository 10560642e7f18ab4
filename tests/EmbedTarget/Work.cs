using Dataflow.Log;
using Dataflow.Onnx;

namespace Dataflow.EmbedTarget;

/// <summary>What a worker is to do; all that it sees of the pipeline that wants it done.</summary>
public sealed record EmbedRequest(int Id, string Document, string Text);

/// <summary>What it did.</summary>
public sealed record EmbedResult(int Id, string Document, float[] Vector);

/// <summary>The two pipelines, over texts that are the same in every run.</summary>
public static class Work
{
    public const string EmbeddingPipeline = "embedding";

    private const int Documents = 40;
    private const int PoisonEvery = 500;

    // Now and then three flaky workers in a row have the same text; the poisoned ones need no second attempt.
    private static readonly AsyncOptions s_calls = new()
    {
        Concurrency = 64, Attempts = 20, RetryDelay = TimeSpan.FromMilliseconds(10),
        RetryIf = static error => error.InnerException is IOException,
    };

    public static Topic<EmbedRequest> Requested { get; } = Topic.Of<EmbedRequest>("work", partitions: 3);

    public static Topic<EmbedResult> Done { get; } = Topic.Of<EmbedResult>("results", partitions: 3);

    /// <summary>Writes what is to be done.</summary>
    public static Pipeline Requests(int texts)
    {
        var pipeline = new Pipeline("requests");
        pipeline.From(Source.Of(Enumerable.Range(0, texts).Select(Request), "texts"))
            .KeyBy(request => request.Document).To(Requested);
        return pipeline;
    }

    /// <summary>Does it. Results and offsets of the work topic are committed together, as with every topic.</summary>
    public static Pipeline Embedding(EmbeddingModel model, InferenceWorkers workers)
    {
        var pipeline = new Pipeline(EmbeddingPipeline);
        pipeline.From(Requested).KeyBy(request => request.Document)
            .Embed(
                new FlakyGenerator(model) { Fails = false }, request => request.Text,
                (request, vector) => new EmbedResult(request.Id, request.Document, vector),
                options: new InferenceOptions { BatchTexts = 4, Workers = workers, Calls = s_calls })
            .To(Done);
        return pipeline;
    }

    public static EmbedRequest Request(int id)
        => new(id, $"d{id * 7 % Documents}",
            IsPoison(id) ? $"b {id}" : string.Join(' ', Convert.ToString(id / 3, 2).Select(bit => bit == '0' ? "a" : "c")));

    /// <summary>Whether the model fails on a text.</summary>
    public static bool IsPoison(int id) => id % PoisonEvery == PoisonEvery / 2;

    public static long CountDone(LogStore log) => Count(log, Done.Name) + Count(log, $"{EmbeddingPipeline}.dead-letters");

    private static long Count(LogStore log, string name)
        => log.TryGetTopic(name, out var topic) ? Enumerable.Range(0, topic.PartitionCount).Sum(topic.EndOffset) : 0;
}
