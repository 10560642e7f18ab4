using System.Collections.Concurrent;
using Dataflow.Onnx;
using Microsoft.Extensions.AI;
using static Dataflow.Kafka.Tests.Members;

namespace Dataflow.Kafka.Tests;

/// <summary>Texts that several processes embed.</summary>
public sealed class SharedEmbedTests(SharedNode shared)
{
    private const int Texts = 120;

    private KafkaNode Node => shared.Node;

    [Fact]
    public async Task Processes_share_the_texts_and_a_recorded_result_is_not_paid_for_again_by_another()
    {
        var from = Node.CreateTopic(6);
        await using var first = await ConnectAsync(Node);
        await using var second = await ConnectAsync(Node);
        CountingGenerator[] models = [new(), new()];
        var jobs = await Task.WhenAll(StartAsync(Embedding(from, models[0]), first), StartAsync(Embedding(from, models[1]), second));
        await UntilSharedAsync(jobs);
        Node.Write(from, Enumerable.Range(0, Texts).Select(static i => $"text {i}"));
        await UntilEmbeddedAsync(Texts);
        Assert.All(models, static model => Assert.NotEmpty(model.Asked));

        Node.Write(from, Enumerable.Range(0, Texts).Select(static i => $"text {(i + 1) % Texts}")); // now in other partitions
        await UntilEmbeddedAsync(2 * Texts);
        await jobs[0].CancelAsync();
        Node.Write(from, Enumerable.Range(0, Texts).Select(static i => $"text {i}"));
        await UntilEmbeddedAsync(3 * Texts);

        await jobs[1].CancelAsync();
        Assert.Equal(Texts, models.Sum(static model => model.Asked.Count));
        Assert.Equal(
            Enumerable.Range(0, Texts).SelectMany(static i => Enumerable.Repeat($"text {i}: {$"text {i}".Length}", 3)).Order(),
            Node.Read(To(from)).Select(static record => record.Message.Value!).Order());

        Task UntilEmbeddedAsync(int count)
            => UntilAsync(() => second.TryGetTopic(To(from), out _) && Node.Read(To(from)).Count >= count, jobs);
    }

    private static string To(string from) => $"{from}-embedded";

    private static Pipeline Embedding(string from, CountingGenerator model)
    {
        var pipeline = new Pipeline($"embedding-{from}");
        pipeline.From(Topic.Of<string>(from, 6))
            .Embed(model, static text => text, static (text, vector) => $"{text}: {vector[0]}")
            .To(Topic.Of<string>(To(from), 1));
        return pipeline;
    }

    /// <summary>A text's vector is its length; keeps what it was asked.</summary>
    private sealed class CountingGenerator : IEmbeddingGenerator<string, Embedding<float>>
    {
        public ConcurrentQueue<string> Asked { get; } = [];

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            var vectors = new GeneratedEmbeddings<Embedding<float>>();
            foreach (var text in values)
            {
                Asked.Enqueue(text);
                vectors.Add(new Embedding<float>(new float[] { text.Length }));
            }

            return Task.FromResult(vectors);
        }

        public object? GetService(Type serviceType, object? serviceKey = null)
            => serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("tests", null, "length", 1) : null;

        public void Dispose()
        {
        }
    }
}
