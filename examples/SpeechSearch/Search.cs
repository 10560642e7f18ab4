using System.IO.Compression;
using Dataflow;
using Dataflow.Log;
using Dataflow.Onnx;
using Dataflow.Vectors;

namespace SpeechSearch;

/// <summary>The pipeline, and the index that it fills.</summary>
internal static class Search
{
    /// <summary>Embeds every sentence of the file, and keeps the vectors in an index.</summary>
    public static Pipeline Pipeline(string file, EmbeddingModel model, InferenceWorkers workers, VectorIndex<string, SentenceVector> index)
    {
        var options = new InferenceOptions { Workers = workers };
        var pipeline = new Pipeline("speech-search");
        pipeline.From(Source.JsonLines<Sentence>(file))
            .Embed(model, sentence => sentence.Text, (sentence, vector) => new SentenceVector(sentence, vector), options: options)
            .KeyBy(found => found.Sentence.Id)
            .ToTable("sentences")
            .ToIndex(index, found => found.Vector);
        return pipeline.Offer(index.ToLookup("speeches", text => model.Embed(text)));
    }

    public static int CountSentences(string file)
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var count = 0;
        while (lines.ReadLine() is not null) count++;
        return count;
    }
}
