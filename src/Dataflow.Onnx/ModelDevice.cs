namespace Dataflow.Onnx;

/// <summary>The device that a model runs on.</summary>
public enum ModelDevice
{
    /// <summary>CUDA if ONNX Runtime offers it, else the CPU. If CUDA is offered but does not work, loading fails.</summary>
    Automatic,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>The first graphics card, by CUDA.</summary>
    Cuda,
}
