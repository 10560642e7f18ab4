using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Vectors.Tests;

/// <summary>A change of a document as a topic has it: with a vector, or gone.</summary>
public sealed record Document(string Id, float[]? Vector)
{
    public const int Dimensions = 7;

    public static Gen<Document[]> Any { get; } = Gen
        .Select(Gen.Int[0, 12], Gen.Float[-1, 1].Array[Dimensions], Gen.Int[0, 4])
        .Select((id, vector, gone) => new Document($"d{id}", gone == 0 ? null : vector))
        .Array[0, 120];

    /// <summary>The table of documents that are not gone.</summary>
    public static Table<string, Document> Table(Stream<Document> changes)
        => changes.KeyBy(document => document.Id).ToTable().Where(document => document.Vector is not null);

    /// <summary>Appends changes to a topic, by a pipeline of their own.</summary>
    public static void Append(LogStore log, string topic, IEnumerable<Document> changes)
    {
        var pipeline = new Pipeline($"fill-{Guid.NewGuid():N}");
        pipeline.From(Source.Of(changes)).To(Topic.Of<Document>(topic));
        SimulatedJob.Start(pipeline, log).Run();
    }
}
