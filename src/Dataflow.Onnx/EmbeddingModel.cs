using System.Collections.Concurrent;
using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Recording;
using Dataflow.Onnx.Tokenization;
using Microsoft.Extensions.AI;
using Microsoft.ML.OnnxRuntime;

namespace Dataflow.Onnx;

/// <summary>A model that turns texts into vectors; texts of similar meaning have a high <see cref="Vectors.Dot"/>.</summary>
/// <remarks>Safe for any number of threads; each call runs on one core, so one caller per core is the fastest. A call passes one text to
/// the model. On one machine with one version of ONNX Runtime the same text always has the same vector, bit for bit. It is also a generator
/// of Microsoft.Extensions.AI, with the same vectors.</remarks>
public sealed class EmbeddingModel : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly TextEncoder _encoder;
    private readonly TextTokenizer _tokenizer;
    private readonly EmbeddingOptions _options;
    private readonly Pooler _pooler;
    private readonly ConcurrentBag<TextBatch> _idle = [];
    private volatile bool _isDisposed;

    private EmbeddingModel(string id, TextEncoder encoder, TextTokenizer tokenizer, EmbeddingOptions options)
    {
        Id = id;
        _encoder = encoder;
        _tokenizer = tokenizer;
        _options = options;
        _pooler = new Pooler(options, encoder.Model.Name);
        new LengthProbe(encoder, tokenizer).Check(options.MaxTokens);
        DependsOnBatch = encoder.Model.IsDynamicallyQuantized | new BatchProbe(encoder, tokenizer).ShowsDependence();
    }

    /// <summary>The name of the model's directory, for people, errors and metrics.</summary>
    public string Name => _encoder.Model.Name;

    /// <summary>An identifier of everything that decides the vectors: the hashes of model and tokenizer, and the options. Equal for equal
    /// models wherever they are stored, different if any text may get another vector; so (<c>Id</c>, text) is a valid key for
    /// results.</summary>
    public string Id { get; }

    /// <summary>The number of values of a vector.</summary>
    public int Dimensions => _encoder.Dimensions;

    /// <summary>The device that the model runs on.</summary>
    public ModelDevice Device => _encoder.Model.Device;

    /// <summary>Whether a text's vector changes with the other texts of its call, as in graphs with dynamic quantisation. It is tested when
    /// the model is loaded, by calls with one and with several texts.</summary>
    public bool DependsOnBatch { get; }

    internal string Detail => $"{_encoder.Model.Detail}, {Dimensions} dimensions";

    /// <summary>Loads a directory's <c>model.onnx</c> and its tokenizer, <c>tokenizer.json</c> or else <c>vocab.txt</c>,
    /// checks them, and calls the model a first time.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="options">Null for the defaults: mean pooling of at most 256 tokens.</param>
    /// <exception cref="ModelException">A file is missing, outside the allowed directory, has another hash, or is invalid; or the model
    /// does not take texts of <c>MaxTokens</c> tokens.</exception>
    public static EmbeddingModel Load(string directory, EmbeddingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options ??= new EmbeddingOptions();
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
        var model = OnnxModel.Load(Path.Combine(directory, "model.onnx"), name, options);
        var encoder = TextEncoder.Of(model);
        try
        {
            var (tokenizer, tokenizerId) = LoadTokenizer(directory, options);
            return new EmbeddingModel(IdOf(model, tokenizerId, options), encoder, tokenizer, options);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Computes the vector of a text.</summary>
    /// <param name="text">The text. An empty one has a vector too; text beyond <c>MaxTokens</c> is ignored.</param>
    /// <returns>A new array of <see cref="Dimensions"/> values.</returns>
    /// <exception cref="ModelException">The model failed on this text.</exception>
    public float[] Embed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var vector = new float[Dimensions];
        Embed(text, vector);
        return vector;
    }

    /// <summary>Writes the vector of a text, and returns the number of its tokens.</summary>
    /// <param name="text">The text. An empty one has a vector too; text beyond <c>MaxTokens</c> is ignored.</param>
    /// <param name="vector">The buffer for the vector: <see cref="Dimensions"/> values.</param>
    /// <exception cref="ArgumentException"><paramref name="vector"/> has another length.</exception>
    /// <exception cref="ModelException">The model failed on this text.</exception>
    public EncodedText Embed(ReadOnlySpan<char> text, Span<float> vector)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (vector.Length != Dimensions)
        {
            throw new ArgumentException(
                $"Room for {vector.Length} values, but a vector of '{Name}' has {Dimensions}.", nameof(vector));
        }

        if (!_idle.TryTake(out var batch)) batch = new TextBatch();
        try
        {
            return Embed(text, vector, batch);
        }
        finally
        {
            _idle.Add(batch);
        }
    }

    /// <summary>Cuts a text at white space into parts that are not too long for the model.</summary>
    /// <param name="text">The text. One that is short enough is one part.</param>
    /// <param name="overlap">The largest number of tokens at the end of a part with which the next part begins.</param>
    /// <exception cref="ArgumentOutOfRangeException">That much overlap leaves no room for new text.</exception>
    public IReadOnlyList<TextChunk> Chunk(string text, int overlap = 32)
    {
        ArgumentNullException.ThrowIfNull(text);
        CheckOverlap(overlap);
        return new Chunker(_tokenizer, _options.MaxTokens, overlap).Chunk(text);
    }

    /// <summary>Computes the vectors of texts, one call after the other, on the thread pool.</summary>
    /// <param name="values">The texts.</param>
    /// <param name="options">The requested dimensions must be the model's; null: any.</param>
    /// <param name="cancellationToken">Checked between two texts.</param>
    /// <exception cref="ArgumentException">Other dimensions are requested.</exception>
    /// <exception cref="ModelException">The model failed on one of the texts.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } asked && asked != Dimensions)
            throw new ArgumentException(
                $"Vectors of {asked} dimensions were asked for, but those of '{Name}' have {Dimensions}.", nameof(options));
        return Task.Run(() => Generate(values, cancellationToken), cancellationToken);
    }

    /// <summary>Returns the metadata, or this object itself.</summary>
    /// <param name="serviceType">The requested type.</param>
    /// <param name="serviceKey">Must be null; for others there is no service.</param>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        if (serviceType == typeof(EmbeddingGeneratorMetadata)) return new EmbeddingGeneratorMetadata("onnx", null, Id, Dimensions);
        return serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Frees the model's memory, after the calls in progress; blocks until they have ended. Later calls throw
    /// <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _encoder.Dispose();
    }

    internal void CheckOverlap(int overlap)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(overlap);
        var max = _options.MaxTokens - TextTokenizer.MinTokens - Chunker.MinNew;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(overlap, max);
    }

    /// <summary>Embeds several texts; texts of similar length share a call.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="results">The results, in the order of the texts.</param>
    /// <param name="maxTokens">The largest number of tokens of a call, padding of shorter texts included; a single text may have
    /// more.</param>
    internal void Embed(IReadOnlyList<string> texts, EmbeddedText[] results, int maxTokens)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var rows = texts.Select((text, at) => new TextRow(at, _tokenizer.Encode(text, _options.MaxTokens))).ToArray();
        if (!_idle.TryTake(out var batch)) batch = new TextBatch();
        try
        {
            foreach (var group in TextRow.OfLikeLength(rows, maxTokens)) Embed(group, results, batch);
        }
        finally
        {
            _idle.Add(batch);
        }
    }

    private static (TextTokenizer Tokenizer, string Id) LoadTokenizer(string directory, EmbeddingOptions options)
    {
        var json = Path.Combine(directory, "tokenizer.json");
        var isJson = Path.Exists(json);
        var path = isJson ? json : Path.Combine(directory, "vocab.txt");
        var bytes = ModelFile.ReadBytes(path, options);
        var hash = ModelFile.HashOf(bytes);
        return isJson
            ? (TokenizerFile.Read(path, bytes), hash)
            : (WordPieceTokenizer.FromVocabulary(path, bytes, options.IsCased), $"{hash}{(options.IsCased ? ":cased" : "")}");
    }

    private static string IdOf(OnnxModel model, string tokenizerId, EmbeddingOptions options)
        => $"onnx:{model.Sha256}:{tokenizerId}:{options.MaxTokens}:{options.Pooling}"
            + $"{(options.IsNormalized ? "" : ":raw")}{(model.Device == ModelDevice.Cpu ? "" : $":{model.Device}")}";

    private GeneratedEmbeddings<Embedding<float>> Generate(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        var generated = new GeneratedEmbeddings<Embedding<float>>();
        long tokens = 0;
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var vector = new float[Dimensions];
            tokens += Embed(text, vector).Tokens;
            generated.Add(new Embedding<float>(vector) { ModelId = Id });
        }

        generated.Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
        return generated;
    }

    private void Embed(ReadOnlySpan<TextRow> rows, EmbeddedText[] results, TextBatch batch)
    {
        var length = rows[^1].Ids.Length;
        batch.EnsureRoom(rows.Length * length, Dimensions);
        for (var i = 0; i < rows.Length; i++) rows[i].FillUp(batch, i * length, length, _tokenizer.Padding);
        Run(batch, rows.Length, length);
        for (var i = 0; i < rows.Length; i++)
        {
            var vector = new float[Dimensions];
            var tokens = rows[i].Ids.Length;
            _pooler.Pool(batch.Hidden.AsSpan(i * length * Dimensions, tokens * Dimensions), vector);
            results[rows[i].Index] = new EmbeddedText(vector, tokens, rows[i].IsTruncated);
        }
    }

    private EncodedText Embed(ReadOnlySpan<char> text, Span<float> vector, TextBatch batch)
    {
        batch.EnsureRoom(_options.MaxTokens, Dimensions);
        var encoded = _tokenizer.Encode(text, batch.Ids.AsSpan(0, _options.MaxTokens));
        batch.Mask.AsSpan(0, encoded.Tokens).Fill(1);
        Run(batch, texts: 1, encoded.Tokens);
        _pooler.Pool(batch.Hidden.AsSpan(0, encoded.Tokens * Dimensions), vector);
        return encoded;
    }

    private void Run(TextBatch batch, int texts, int length)
    {
        try
        {
            _encoder.Run(batch, texts, length);
        }
        catch (ModelException error) when (error.InnerException is OnnxRuntimeException cause)
        {
            throw ModelException.RunFailed(Name, texts, length, cause);
        }
    }
}
