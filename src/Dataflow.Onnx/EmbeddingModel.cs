using System.Collections.Concurrent;
using Dataflow.Onnx.Inference;
using Microsoft.ML.OnnxRuntime;

namespace Dataflow.Onnx;

/// <summary>Turns texts into vectors of length 1; like meanings have a high <see cref="Vectors.Dot"/>.</summary>
/// <remarks>
/// Any number of threads may embed at once; each call works on one core, so one caller per core is the fastest. Every
/// call gives the model one text: a dynamically quantised model gives a text another vector when other texts share its
/// batch. The same text has the same bits, whoever asks, on one machine with one version of ONNX Runtime.
/// </remarks>
public sealed class EmbeddingModel : IDisposable
{
    private readonly TextEncoder _encoder;
    private readonly WordPieceTokenizer _tokenizer;
    private readonly EmbeddingOptions _options;
    private readonly ConcurrentBag<Scratch> _idle = [];
    private volatile bool _isDisposed;

    private EmbeddingModel(
        string name, string id, TextEncoder encoder, WordPieceTokenizer tokenizer, EmbeddingOptions options)
    {
        Name = name;
        Id = id;
        _encoder = encoder;
        _tokenizer = tokenizer;
        _options = options;
    }

    /// <summary>The name of the model's directory: for people, in errors and metrics.</summary>
    public string Name { get; }

    /// <summary>
    /// Says what decides the vectors: the hashes of the model and the vocabulary, and the options. Equal for equal
    /// models wherever they lie, different as soon as a text may get another vector, so that (<c>Id</c>, text) is a key
    /// to keep results under.
    /// </summary>
    public string Id { get; }

    /// <summary>The number of values of a vector.</summary>
    public int Dimensions => _encoder.Dimensions;

    /// <summary>Loads a directory's <c>model.onnx</c> and its tokenizer, <c>tokenizer.json</c> or else <c>vocab.txt</c>, and
    /// checks them.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="options">Null for the defaults: mean pooling of at most 256 tokens.</param>
    /// <exception cref="ModelException">A file is missing, has another hash, or is not what it should be.</exception>
    public static EmbeddingModel Load(string directory, EmbeddingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options ??= new EmbeddingOptions();
        var file = ModelFile.Read(Path.Combine(directory, "model.onnx"), options.ExpectedSha256);
        var (tokenizer, tokenizerId) = LoadTokenizer(directory, options.IsCased);
        var id = $"onnx:{file.Sha256}:{tokenizerId}:{options.MaxTokens}:{options.Pooling}";
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
        return new EmbeddingModel(name, id, TextEncoder.Load(file, options.MaxTokens), tokenizer, options);
    }

    /// <summary>Gives the vector of a text.</summary>
    /// <param name="text">The text. An empty one has a vector too; what exceeds <c>MaxTokens</c> is ignored.</param>
    /// <returns>A new array of <see cref="Dimensions"/> values.</returns>
    /// <exception cref="ModelException">The model failed on this text.</exception>
    public float[] Embed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var vector = new float[Dimensions];
        Embed(text, vector);
        return vector;
    }

    /// <summary>Writes the vector of a text, and says how many tokens it cost.</summary>
    /// <param name="text">The text. An empty one has a vector too; what exceeds <c>MaxTokens</c> is ignored.</param>
    /// <param name="vector">Takes the vector: <see cref="Dimensions"/> values.</param>
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

        if (!_idle.TryTake(out var scratch)) scratch = new Scratch(_options.MaxTokens, Dimensions);
        try
        {
            return Embed(text, vector, scratch);
        }
        finally
        {
            _idle.Add(scratch);
        }
    }

    /// <summary>Frees the model's memory. No call may be running, and none may follow.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _encoder.Dispose();
    }

    private static (WordPieceTokenizer Tokenizer, string Id) LoadTokenizer(string directory, bool isCased)
    {
        var json = Path.Combine(directory, "tokenizer.json");
        if (File.Exists(json)) return (WordPieceTokenizer.FromJson(json), ModelFile.HashOf(File.ReadAllBytes(json)));
        var vocabulary = Path.Combine(directory, "vocab.txt");
        var tokenizer = WordPieceTokenizer.FromVocabulary(vocabulary, isCased);
        return (tokenizer, $"{ModelFile.HashOf(File.ReadAllBytes(vocabulary))}{(isCased ? ":cased" : "")}");
    }

    private EncodedText Embed(ReadOnlySpan<char> text, Span<float> vector, Scratch scratch)
    {
        var encoded = _tokenizer.Encode(text, scratch.Ids);
        Run(scratch, encoded.Tokens);
        Pool(scratch.Hidden.AsSpan(0, encoded.Tokens * Dimensions), vector);
        if (!float.IsFinite(Vectors.Normalize(vector))) throw ModelException.NotFinite(Name, encoded.Tokens);
        return encoded;
    }

    private void Run(Scratch scratch, int tokens)
    {
        try
        {
            _encoder.Run(scratch.Ids.AsMemory(0, tokens), scratch.Hidden);
        }
        catch (OnnxRuntimeException cause)
        {
            throw ModelException.RunFailed(Name, tokens, cause);
        }
    }

    /// <remarks>The mean comes with the length: dividing the sum by the count would not change its direction.</remarks>
    private void Pool(ReadOnlySpan<float> hidden, Span<float> vector)
    {
        hidden[..Dimensions].CopyTo(vector);
        if (_options.Pooling == Pooling.Cls) return;
        for (var at = Dimensions; at < hidden.Length; at += Dimensions)
            Vectors.Add(vector, hidden.Slice(at, Dimensions));
    }

    /// <summary>What one call writes to; as many exist as calls ever ran at once.</summary>
    private sealed class Scratch(int maxTokens, int dimensions)
    {
        public long[] Ids { get; } = new long[maxTokens];

        public float[] Hidden { get; } = new float[maxTokens * dimensions];
    }
}
