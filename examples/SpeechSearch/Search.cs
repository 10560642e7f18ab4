using System.IO.Compression;
using Dataflow;
using Dataflow.Log;
using Dataflow.Onnx;

namespace SpeechSearch;

/// <summary>The pipeline, and the search in what it wrote.</summary>
internal static class Search
{
    private static readonly Topic<SentenceVector> s_vectors = Topic.Of<SentenceVector>("speech-vectors", partitions: 1);

    /// <summary>Embeds every sentence of the file.</summary>
    public static Pipeline Pipeline(string file, EmbeddingModel model)
    {
        var pipeline = new Pipeline("speech-search");
        pipeline.From(Source.JsonLines<Sentence>(file))
            .Embed(model, sentence => sentence.Text, (sentence, vector) => new SentenceVector(sentence, vector))
            .To(s_vectors);
        return pipeline;
    }

    public static int CountSentences(string file)
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var count = 0;
        while (lines.ReadLine() is not null) count++;
        return count;
    }

    /// <summary>How many sentences a committed checkpoint covers.</summary>
    public static long CountVectors(LogStore log) => log.GetTopic(s_vectors.Name).EndOffset(0);

    /// <summary>The sentences whose vectors are nearest to that of the query.</summary>
    public static IEnumerable<(Sentence Sentence, float Cosine)> Nearest(LogStore log, EmbeddingModel model, string query, int count)
    {
        var wanted = model.Embed(query);
        return s_vectors.ReadAll(log)
            .Select(found => (found.Sentence, Cosine: Vectors.Dot(found.Vector, wanted)))
            .OrderByDescending(found => found.Cosine)
            .Take(count);
    }
}
