using Microsoft.ML.OnnxRuntime;

namespace Dataflow.Onnx.Inference;

/// <summary>Creates the sessions of ONNX Runtime.</summary>
internal static class Sessions
{
    private const string Cuda = "CUDAExecutionProvider";

    private static readonly Lock s_gate = new();
    private static bool s_sharesMemory;

    /// <summary>Makes all sessions opened from now on share one arena.</summary>
    public static void ShareMemory(uint bytes)
    {
        lock (s_gate)
        {
            using var memory = new OrtMemoryInfo(
                OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
            if (s_sharesMemory) Runtime().UnregisterAllocator(memory);
            // Grown as requested, not by powers of two: the limit would be met at half of it.
            using var arena = new OrtArenaCfg(bytes, 1, -1, -1);
            Runtime().CreateAndRegisterAllocator(memory, arena);
            s_sharesMemory = true;
        }
    }

    /// <summary>Chooses the device for a model.</summary>
    public static ModelDevice Choose(string path, ModelDevice wanted)
    {
        var offered = Runtime().GetAvailableProviders();
        var offersCuda = offered.Contains(Cuda);
        if (wanted == ModelDevice.Cuda && !offersCuda) throw ModelException.NoCuda(path, offered);
        return wanted == ModelDevice.Automatic ? offersCuda ? ModelDevice.Cuda : ModelDevice.Cpu : wanted;
    }

    /// <remarks>One thread per call: the callers run in parallel; further threads would compete.</remarks>
    public static InferenceSession Open(ModelFile file, ModelDevice device)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, // errors come as exceptions, not on the console
        };
        lock (s_gate)
            if (s_sharesMemory) options.AddSessionConfigEntry("session.use_env_allocators", "1");
        options.AddSessionConfigEntry("session.load_model_format", "ONNX"); // not ONNX Runtime's own format, whose weights nobody checked
        if (device == ModelDevice.Cuda) UseCuda(file, options);
        try
        {
            return new InferenceSession(file.Bytes, options);
        }
        catch (OnnxRuntimeException cause)
        {
            throw ModelException.NotRun(file.Path, cause);
        }
    }

    // The package has the managed part only: which natives there are is the program's choice.
    private static OrtEnv Runtime()
    {
        try
        {
            return OrtEnv.Instance();
        }
        catch (TypeInitializationException cause) when (cause.GetBaseException() is DllNotFoundException missing)
        {
            throw ModelException.NoRuntime(missing);
        }
    }

    private static void UseCuda(ModelFile file, SessionOptions options)
    {
        try
        {
            options.AppendExecutionProvider_CUDA();
        }
        catch (OnnxRuntimeException cause)
        {
            throw ModelException.CudaFails(file.Path, cause);
        }
    }
}
