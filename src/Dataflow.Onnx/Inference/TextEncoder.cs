using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Dataflow.Onnx.Inference;

/// <summary>An ONNX graph that gives a vector for each token of a text; many threads may run it at once.</summary>
internal sealed class TextEncoder : IDisposable
{
    private const string Ids = "input_ids", Mask = "attention_mask", Types = "token_type_ids";
    private const string Output = "last_hidden_state";
    private static readonly string[] s_outputs = [Output];

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _inputs;
    private readonly Memory<long> _mask;
    private readonly Memory<long> _types;

    private TextEncoder(InferenceSession session, int dimensions, int maxTokens)
    {
        _session = session;
        _inputs = [.. session.InputMetadata.Keys];
        Dimensions = dimensions;
        var mask = new long[maxTokens];
        Array.Fill(mask, 1);
        _mask = mask;
        _types = new long[maxTokens];
    }

    /// <summary>The length of a token's vector.</summary>
    public int Dimensions { get; }

    /// <summary>Builds the graph and checks that it is a text encoder.</summary>
    public static TextEncoder Load(ModelFile file, int maxTokens)
    {
        var session = Open(file);
        try
        {
            CheckInputs(file, session.InputMetadata);
            return new TextEncoder(session, ReadDimensions(file, session.OutputMetadata), maxTokens);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs the graph on one text; <paramref name="hidden"/> takes a vector for each id.</summary>
    /// <exception cref="OnnxRuntimeException">The graph failed.</exception>
    public void Run(Memory<long> ids, Memory<float> hidden)
    {
        long[] shape = [1, ids.Length];
        using var idValue = Tensor(ids, shape);
        using var mask = Tensor(_mask[..ids.Length], shape);
        using var types = Tensor(_types[..ids.Length], shape);
        using var output = Tensor(hidden[..(ids.Length * Dimensions)], [1, ids.Length, Dimensions]);
        var inputs = Array.ConvertAll(_inputs, name => name switch { Ids => idValue, Mask => mask, _ => types });
        _session.Run(_runOptions, _inputs, inputs, s_outputs, [output]);
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    private static OrtValue Tensor<T>(Memory<T> values, long[] shape) where T : unmanaged =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, shape);

    /// <remarks>One thread a call: the callers are the parallelism; further threads would compete.</remarks>
    private static InferenceSession Open(ModelFile file)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, // errors come as exceptions, not on the console
        };
        try
        {
            return new InferenceSession(file.Bytes, options);
        }
        catch (OnnxRuntimeException cause)
        {
            throw ModelException.NotOnnx(file.Path, cause);
        }
    }

    private static void CheckInputs(ModelFile file, IReadOnlyDictionary<string, NodeMetadata> inputs)
    {
        var areKnown = inputs.All(input => input.Key is Ids or Mask or Types
            && input.Value is { IsTensor: true, ElementDataType: TensorElementType.Int64, Dimensions.Length: 2 });
        if (!areKnown || !inputs.ContainsKey(Ids)) throw ModelException.OtherInputs(file.Path, Describe(inputs));
    }

    private static int ReadDimensions(ModelFile file, IReadOnlyDictionary<string, NodeMetadata> outputs)
    {
        if (outputs.TryGetValue(Output, out var output)
            && output is { IsTensor: true, ElementDataType: TensorElementType.Float }
            && output.Dimensions is [_, _, > 0 and var dimensions])
            return dimensions;
        throw ModelException.OtherOutput(file.Path, Describe(outputs));
    }

    private static string Describe(IReadOnlyDictionary<string, NodeMetadata> values) =>
        values.Count == 0 ? "none" : string.Join(", ", values.Select(value => $"{value.Key} {Describe(value.Value)}"));

    private static string Describe(NodeMetadata value)
    {
        if (!value.IsTensor) return value.OnnxValueType.ToString();
        var sizes = value.Dimensions.Zip(
            value.SymbolicDimensions, (size, symbol) => size >= 0 ? $"{size}" : symbol is "" ? "?" : symbol);
        return $"{value.ElementDataType}[{string.Join(", ", sizes)}]";
    }
}
