using Dataflow.Onnx.Recording;

namespace Dataflow.Onnx.Workers;

/// <summary>A text on its way to the model, and its result on its way to the disk.</summary>
internal sealed class PendingText(UInt128 key, string text)
    : TaskCompletionSource<EmbeddedText>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public UInt128 Key => key;

    public string Text => text;

    /// <summary>The number of workers that failed on it.</summary>
    public int Tries { get; set; }

    /// <summary>The last worker that failed on it: others get it first.</summary>
    public InferenceWorker? FailedBy { get; set; }
}
