using System.Net;
using Dataflow.Onnx.Recording;
using Microsoft.Extensions.AI;

namespace Dataflow.Onnx.Inference;

/// <summary>A model behind a generator of Microsoft.Extensions.AI, in this process or remote.</summary>
internal sealed class GeneratorEmbedder : ITextEmbedder
{
    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;

    public GeneratorEmbedder(IEmbeddingGenerator<string, Embedding<float>> generator, InferenceOptions options, string? version)
    {
        _generator = generator;
        var metadata = (EmbeddingGeneratorMetadata?)generator.GetService(typeof(EmbeddingGeneratorMetadata));
        Id = (version is null ? options.ModelId : null) ?? metadata?.DefaultModelId ?? version;
        Name = version ?? Id ?? metadata?.ProviderName ?? generator.GetType().Name;
        MaxTexts = options.BatchTexts;
    }

    public string Name { get; }

    public string? Id { get; }

    public string Detail => $"model {Name}, {MaxTexts} texts a call";

    public bool DependsOnBatch => false; // unknown

    public int MaxTexts { get; }

    public async ValueTask<EmbeddedText[]> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        try
        {
            var found = await _generator.GenerateAsync(texts, cancellationToken: cancellationToken)
                .WaitAsync(cancellationToken).ConfigureAwait(false); // it may ignore its token
            if (found.Count != texts.Count) throw ModelException.OtherCount(Name, texts.Count, found.Count);
            var (each, rest) = Math.DivRem(found.Usage?.InputTokenCount ?? 0, texts.Count);
            return [.. found.Select((embedding, at) => new EmbeddedText(
                embedding?.Vector.ToArray() ?? [], (int)(at == 0 ? each + rest : each), IsTruncated: false))];
        }
        catch (Exception error) when (IsAboutTexts(error))
        {
            throw ModelException.GeneratorRefused(Name, texts.Count, error);
        }
    }

    /// <summary>Whether an error is about the request itself, as a service reports it, so that other texts may well be accepted.</summary>
    private static bool IsAboutTexts(Exception error)
        => error is ArgumentException or FormatException
            || (error is HttpRequestException { StatusCode: { } status } && status
                is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity);
}
