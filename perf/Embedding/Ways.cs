using System.Globalization;
using Dataflow.Log;
using Dataflow.Onnx;

namespace Dataflow.Perf.Embedding;

/// <summary>The library's ways to the same vectors; each says what it took.</summary>
internal static class Ways
{
    /// <summary>From text to vector, by callers on threads of their own.</summary>
    public static Effort Model(EmbeddingModel model, string[] texts, int callers)
    {
        var next = -1;
        return Effort.Of(() => InParallel(callers, () =>
        {
            var vector = new float[model.Dimensions];
            for (var at = Interlocked.Increment(ref next); at < texts.Length; at = Interlocked.Increment(ref next)) model.Embed(
                texts[at], vector);
        }));
    }

    /// <summary>In a job on a log on disk that survives a power loss, from a list to a topic.</summary>
    public static async Task<Effort> PipelineAsync(EmbeddingModel model, string[] texts, int callers)
    {
        var directory = Directory.CreateTempSubdirectory("dataflow-embedding-").FullName;
        try
        {
            await using var log = LogStore.Open(directory);
            var pipeline = new Pipeline("embedding");
            pipeline.From(Source.Of(texts, "texts"))
                .Embed(model, text => text, (_, vector) => vector,
                    options: new InferenceOptions { Workers = new InferenceWorkers(callers) })
                .To(Topic.Of<float[]>("vectors", partitions: 1));
            return await Effort.OfAsync(async () =>
            {
                await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 1 });
                await job.Completion;
            });
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The tokens alone, by processor time: the first time, when words are new, and the best of several times.</summary>
    public static string Tokenizer(TextTokenizer tokenizer, string[] texts)
    {
        var ids = new long[256];
        var first = Once();
        var best = Enumerable.Range(0, 100).Select(_ => Once()).MinBy(once => once.Seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{Rate(best)}; the first time {Rate(first)}");

        (long Tokens, double Seconds, long Bytes) Once()
        {
            var (tokens, bytes) = (0L, 0L);
            var effort = Effort.Of(() =>
            {
                var allocated = GC.GetAllocatedBytesForCurrentThread();
                foreach (var text in texts) tokens += tokenizer.Encode(text, ids).Tokens;
                bytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
            });
            return (tokens, effort.Processor, bytes);
        }

        string Rate((long Tokens, double Seconds, long Bytes) once)
            => string.Create(
                CultureInfo.InvariantCulture,
                $"{once.Tokens / once.Seconds / 1e6:0.0} M tokens/s, {once.Bytes / texts.Length} bytes a text");
    }

    public static void InParallel(int callers, Action work)
    {
        var threads = Enumerable.Range(0, callers).Select(_ => new Thread(() => work())).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
    }
}
