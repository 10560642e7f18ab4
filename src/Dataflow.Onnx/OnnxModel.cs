using System.Collections.Concurrent;
using Dataflow.Onnx.Inference;
using Microsoft.ML.OnnxRuntime;

namespace Dataflow.Onnx;

/// <summary>A model in an ONNX file, with named inputs and outputs.</summary>
/// <remarks>Safe for any number of threads; each call runs on one core, and at most <see cref="OnnxOptions.Callers"/> of them at a
/// time.</remarks>
public sealed class OnnxModel : IDisposable
{
    private static readonly byte[] s_dynamicQuantization = "DynamicQuantize"u8.ToArray();

    private readonly InferenceSession _session;
    private readonly OnnxOptions _options;
    private readonly Lock _disposing = new();
    private readonly int _callers;
    private readonly SemaphoreSlim _turns;
    private readonly ConcurrentBag<CallLimit> _idle = [];
    private readonly Dictionary<string, TensorInfo> _inputs;
    private readonly Dictionary<string, TensorInfo> _outputs;
    private volatile bool _isDisposed;

    private OnnxModel(string name, ModelFile file, InferenceSession session, ModelDevice device, OnnxOptions options)
    {
        (Name, Path, Sha256, Device, _session, _options) = (name, file.Path, file.Sha256, device, session, options);
        Inputs = InfosOf(session.InputMetadata);
        Outputs = InfosOf(session.OutputMetadata);
        _inputs = Inputs.ToDictionary(input => input.Name);
        _outputs = Outputs.ToDictionary(output => output.Name);
        IsDynamicallyQuantized = file.Bytes.AsSpan().IndexOf(s_dynamicQuantization) >= 0;
        _callers = options.Callers ?? (device == ModelDevice.Cuda ? 2 : Environment.ProcessorCount);
        _turns = new SemaphoreSlim(_callers);
    }

    /// <summary>The file's name without its extension, for people, errors and metrics.</summary>
    public string Name { get; }

    /// <summary>The hash of the file, in lower-case hexadecimal. Weights in other files are included first, so that no weight is left out;
    /// then the hash differs from the output of <c>sha256sum</c>.</summary>
    public string Sha256 { get; }

    /// <summary>The device that the model runs on: <see cref="ModelDevice.Cpu"/> or <see cref="ModelDevice.Cuda"/>.</summary>
    public ModelDevice Device { get; }

    /// <summary>The inputs, in the order of the graph.</summary>
    public IReadOnlyList<TensorInfo> Inputs { get; }

    /// <summary>The outputs, in the order of the graph.</summary>
    public IReadOnlyList<TensorInfo> Outputs { get; }

    /// <summary>Whether the graph has an operator that quantises dynamically: the scale then depends on the whole batch, so that a row's
    /// result depends on the other rows. Other operators may have the same effect: <c>Score</c> and <see cref="EmbeddingModel"/> test
    /// it.</summary>
    public bool IsDynamicallyQuantized { get; }

    internal string Path { get; }

    /// <summary>The names of outputs that are not tensors: lists and maps.</summary>
    internal IReadOnlyList<string> OtherOutputs => [.. _session.OutputNames.Except(_outputs.Keys)];

    /// <summary>The details that the plan shows.</summary>
    internal string Detail => $"model {Name} on {Device.ToString().ToUpperInvariant()}";

    /// <summary>Loads a model from a file and checks it against the options.</summary>
    /// <param name="path">The path of the file. Weights in other files must be in its directory, or below it.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ModelException">The file is missing, outside the allowed directory, has another hash, or is not a model; or the
    /// device is not available.</exception>
    public static OnnxModel Load(string path, OnnxOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Load(path, System.IO.Path.GetFileNameWithoutExtension(path), options ?? new OnnxOptions());
    }

    /// <summary>Limits the total memory that all models loaded after this take for weights and for intermediate results: a call that would
    /// need more fails. Without a limit memory grows as calls need it, and is kept for later ones.</summary>
    /// <remarks>On the CPU, for the whole process; call it once, before models are loaded. Inputs, outputs and the file during loading are
    /// not counted, nor is ONNX Runtime's own memory.</remarks>
    /// <param name="bytes">At most 4 GiB, which is ONNX Runtime's own limit.</param>
    public static void LimitMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, uint.MaxValue);
        Sessions.ShareMemory((uint)bytes);
    }

    /// <summary>Calls the model; blocks until the result is available.</summary>
    /// <param name="inputs">A tensor for each of <see cref="Inputs"/>, in any order.</param>
    /// <param name="outputs">Buffers for the wanted ones of <see cref="Outputs"/>, at least one; filled when this returns.</param>
    /// <exception cref="ModelException">Names, types or shapes are not the model's; it failed, or exceeded its timeout.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed before the call began.</exception>
    public void Run(ReadOnlySpan<ModelTensor> inputs, ReadOnlySpan<ModelTensor> outputs)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Check(inputs, outputs);
        _turns.Wait();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this); // a call in progress keeps the session alive
            if (!_idle.TryTake(out var limit)) limit = new CallLimit(_options.Timeout, TimeProvider.System);
            Run(inputs, outputs, limit);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Frees the model's memory, after the calls in progress; blocks until they have ended.</summary>
    public void Dispose()
    {
        lock (_disposing)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            for (var turn = 0; turn < _callers; turn++) _turns.Wait();
            foreach (var limit in _idle) limit.Dispose();
            _session.Dispose();
            _turns.Release(_callers); // for waiting callers, so that they see it
        }
    }

    internal static OnnxModel Load(string path, string name, OnnxOptions options)
    {
        var file = ModelFile.Read(path, options);
        var device = Sessions.Choose(path, options.Device);
        var model = new OnnxModel(name, file, Sessions.Open(file, device), device, options);
        try
        {
            if (model.Inputs.Count < model._session.InputMetadata.Count) throw ModelException.NoTensors(path);
            if (options.WarmsUp) model.WarmUp();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    internal static string Describe(IReadOnlyList<TensorInfo> tensors) => tensors.Count == 0 ? "none" : string.Join(", ", tensors);

    /// <summary>Selects the tensors among some values; a graph may also have maps and lists, which are not supported here.</summary>
    private static TensorInfo[] InfosOf(IReadOnlyDictionary<string, NodeMetadata> values) =>
    [
        .. values.Where(value => value.Value.IsTensor).Select(value => new TensorInfo(
            value.Key, value.Value.ElementType, [.. value.Value.Dimensions.Select(size => size >= 0 ? size : (int?)null)])
        {
            Symbols = value.Value.SymbolicDimensions,
        }),
    ];

    private void Check(ReadOnlySpan<ModelTensor> inputs, ReadOnlySpan<ModelTensor> outputs)
    {
        if (inputs.Length != _inputs.Count) throw ModelException.OtherTensors(Name, "inputs", Inputs, inputs.ToArray());
        long bytes = 0;
        foreach (var input in inputs)
        {
            if (!_inputs.TryGetValue(input.Name, out var info) || !input.Fits(info))
                throw ModelException.OtherTensors(Name, "inputs", Inputs, inputs.ToArray());
            bytes += input.Bytes;
        }

        if (outputs.IsEmpty) throw ModelException.OtherTensors(Name, "outputs", Outputs, []);
        foreach (var output in outputs)
        {
            if (!_outputs.TryGetValue(output.Name, out var info) || !output.Fits(info))
                throw ModelException.OtherTensors(Name, "outputs", Outputs, outputs.ToArray());
            bytes += output.Bytes;
        }

        if (bytes > _options.MaxCallBytes) throw ModelException.CallTooLarge(Name, bytes, _options.MaxCallBytes);
    }

    private void Run(ReadOnlySpan<ModelTensor> inputs, ReadOnlySpan<ModelTensor> outputs, CallLimit limit)
    {
        using var given = new Values(inputs);
        using var room = new Values(outputs);
        Exception? error = null;
        limit.Begin();
        try
        {
            _session.Run(limit.Options, given.Names, given.Tensors, room.Names, room.Tensors);
        }
        catch (OnnxRuntimeException cause)
        {
            error = cause;
        }

        if (limit.TryFinish())
        {
            _idle.Add(limit);
            if (error is not null) throw ModelException.CallFailed(Name, inputs.ToArray(), error);
            return;
        }

        limit.Dispose();
        if (error is not null) throw ModelException.TimedOut(Name, inputs.ToArray(), _options.Timeout!.Value);
    }

    /// <summary>Calls the model once with zeros; ONNX Runtime allocates the outputs.</summary>
    private void WarmUp()
    {
        using var options = new RunOptions();
        var inputs = Inputs.ToDictionary(input => input.Name, input => OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, _session.InputMetadata[input.Name].ElementDataType,
            [.. input.Shape.Select(size => (long)(size ?? 1))]));
        try
        {
            foreach (var input in inputs.Values) input.GetTensorMutableRawData().Clear();
            using var outputs = _session.Run(options, inputs, _session.OutputNames);
        }
        catch (OnnxRuntimeException cause)
        {
            throw ModelException.WarmUpFailed(Path, cause);
        }
        finally
        {
            foreach (var input in inputs.Values) input.Dispose();
        }
    }

    /// <summary>The tensors of a call in ONNX Runtime's form; the caller's memory is pinned meanwhile.</summary>
    private sealed class Values : IDisposable
    {
        public Values(ReadOnlySpan<ModelTensor> tensors)
        {
            Names = new string[tensors.Length];
            Tensors = new OrtValue[tensors.Length];
            for (var i = 0; i < tensors.Length; i++) (Names[i], Tensors[i]) = (tensors[i].Name, tensors[i].ToValue());
        }

        public string[] Names { get; }

        public OrtValue[] Tensors { get; }

        public void Dispose()
        {
            foreach (var tensor in Tensors) tensor.Dispose();
        }
    }
}
