namespace Dataflow.Onnx;

/// <summary>What a model runs on.</summary>
public enum ModelDevice
{
    /// <summary>CUDA if ONNX Runtime offers it, else the CPU. If it is offered and does not work that is an error.</summary>
    Automatic,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>The first graphics card, by CUDA.</summary>
    Cuda,
}
