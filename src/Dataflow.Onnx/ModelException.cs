using Microsoft.ML.OnnxRuntime;

namespace Dataflow.Onnx;

/// <summary>Thrown when a model cannot be used: its files are missing or invalid, or it failed on a text.</summary>
/// <remarks>The message contains no text; the inner error, ONNX Runtime's, may contain a token's id.</remarks>
public sealed class ModelException : DataflowException
{
    private ModelException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    internal static ModelException FileMissing(string path) => new(
        $"Model file '{path}': it does not exist. A model is a directory with model.onnx and tokenizer.json or vocab.txt.");

    internal static ModelException NotATokenizer(string path, Exception cause) => new(
        $"Tokenizer '{path}': it cannot be read ({cause.Message.TrimEnd('.')}). " +
        "It is damaged, or not the tokenizer.json of the tokenizers library.", cause);

    internal static ModelException OtherTokenizer(string path, string setting, string found, string expected) => new(
        $"Tokenizer '{path}': {setting} is {found}, only {expected} is supported. " +
        "Tokenizers of BERT (WordPiece) and RoBERTa models (byte-level BPE) can be read; give texts of other models their vectors "
            + "elsewhere.");

    internal static ModelException VocabularyLacks(string path, string token) => new(
        $"Vocabulary '{path}': it has no {token}. " +
        "It is not the vocab.txt of a BERT model; one piece a line is expected.");

    internal static ModelException OtherHash(string path, string expected, string found) => new(
        $"Model file '{path}': its SHA-256 is {found}, expected {expected}. " +
        "It is another model, or a damaged copy; get the right file, " +
        "or change the expected hash if it was replaced on purpose.");

    internal static ModelException NotRegular(string path) => new(
        $"Model file '{path}': it is a directory, a pipe or a device. Give the path of a regular file.");

    internal static ModelException Unreadable(string path, Exception cause) => new(
        $"Model file '{path}': it cannot be read ({cause.Message.TrimEnd('.')}). See that this program may read it.", cause);

    internal static ModelException NotOnnx(string path, Exception cause) => new(
        $"Model file '{path}': it cannot be read as ONNX ({cause.Message.TrimEnd('.')}). " +
        "It is damaged, or not an ONNX model; get the file again.", cause);

    internal static ModelException WeightsElsewhere(string path, string location) => new(
        $"Model file '{path}': it keeps weights in '{location}'. Weights are read from the model's own directory only, not through " +
        "links; put the file itself there, or save the model with its weights in it.");

    internal static ModelException WeightsTooShort(string path, string location, long needed, long found) => new(
        $"Model file '{path}': it keeps weights in '{location}' up to byte {needed}, but that file has {found}. " +
        "It belongs to another model, or is a damaged copy; get both files again.");

    internal static ModelException NoRuntime(Exception cause) => new(
        "Models: the native library of ONNX Runtime is not there, or does not load. Reference the package Microsoft.ML.OnnxRuntime to " +
        "run models on the CPU, or Microsoft.ML.OnnxRuntime.Gpu to run them on CUDA.", cause);

    internal static ModelException NotRun(string path, Exception cause) => new(
        $"Model file '{path}': ONNX Runtime {OrtEnv.Instance().GetVersionString()} cannot run it ({cause.Message.TrimEnd('.')}). " +
        "Where it asks for an opset, an IR version or an operator that this version does not know, export it for an older opset, or " +
        "reference a newer Microsoft.ML.OnnxRuntime; else its graph is wrong.", cause);

    internal static ModelException NotAllowed(string path, string directory) => new(
        $"Model file '{path}': it is not in '{directory}', links followed. " +
        "Models are loaded from AllowedDirectory only; put it there, or allow another directory.");

    internal static ModelException TooLong(string path, long bytes, long max) => new(
        $"Model file '{path}': it has {bytes} bytes, more than the {max} of MaxFileBytes. " +
        "Raise the limit if the model is meant to be that large.");

    internal static ModelException NoCuda(string path, IEnumerable<string> offered) => new(
        $"Model file '{path}': it is to run on CUDA, but this ONNX Runtime offers {string.Join(", ", offered)} only. " +
        "Reference the package Microsoft.ML.OnnxRuntime.Gpu, or set Device to Cpu.");

    internal static ModelException CudaFails(string path, Exception cause) => new(
        $"Model file '{path}': ONNX Runtime offers CUDA, but it does not work here ({cause.Message.TrimEnd('.')}). " +
        "Install the driver, CUDA and cuDNN that it was built for, or set Device to Cpu.", cause);

    internal static ModelException NoTensors(string path) => new(
        $"Model file '{path}': it takes lists or maps. Only models that take tensors can be called.");

    internal static ModelException WarmUpFailed(string path, Exception cause) => new(
        $"Model file '{path}': its first call, with zeros, failed. " +
        "If other values may work, load it without WarmsUp. The inner error has ONNX Runtime's reason.", cause);

    internal static ModelException OtherTensors(
        string model, string what, IReadOnlyList<TensorInfo> expected, IReadOnlyList<ModelTensor> given) => new(
        $"Model '{model}': its {what} are {OnnxModel.Describe(expected)}; given were " +
        $"{(given.Count == 0 ? "none" : string.Join(", ", given))}. Give tensors of these names, types and shapes.");

    internal static ModelException CallTooLarge(string model, long bytes, long max) => new(
        $"Model '{model}': a call has inputs and outputs of {bytes} bytes, more than the {max} of MaxCallBytes. " +
        "Give fewer rows at once, or raise the limit.");

    internal static ModelException CallFailed(string model, IReadOnlyList<ModelTensor> inputs, Exception cause) => new(
        $"Model '{model}': a call with {string.Join(", ", inputs)} failed. " +
        "Other values may work. The inner error has ONNX Runtime's reason.", cause);

    internal static ModelException TimedOut(string model, IReadOnlyList<ModelTensor> inputs, TimeSpan timeout) => new(
        $"Model '{model}': a call with {string.Join(", ", inputs)} took longer than {timeout} and was given up. " +
        "Give fewer rows at once, or a longer Timeout.");

    internal static ModelException OtherInputs(string path, string found) => new(
        $"Model file '{path}': its inputs are {found}. " +
        "A text encoder takes input_ids, and at will attention_mask and token_type_ids, each int64[batch, sequence].");

    internal static ModelException OtherOutput(string path, string found) => new(
        $"Model file '{path}': its outputs are {found}. " +
        "A text encoder gives last_hidden_state, float[batch, sequence, N] with a fixed N.");

    internal static ModelException TooManyTokens(string path, int wanted, int max, Exception cause) => new(
        $"Model file '{path}': it takes texts of at most {max} tokens, but MaxTokens is {wanted}. Set MaxTokens to {max} or less. " +
        "The inner error has ONNX Runtime's reason.", cause);

    internal static ModelException RunFailed(string model, int texts, int tokens, Exception cause) => new(
        $"Model '{model}': it failed on {(texts == 1 ? "a text" : $"{texts} texts")} of {tokens} tokens. " +
        "Other texts may work; if only short ones do, MaxTokens is too large for the model; if none does, the vocabulary belongs to " +
        "another model. " +
        "The inner error has ONNX Runtime's reason, which may name one of the tokens.", cause);

    internal static ModelException NotFinite(string model, int tokens) => new(
        $"Model '{model}': the vector of a text of {tokens} tokens is not finite. " +
        "The model overflows on it; other texts may work.");

    internal static ModelException OtherCount(string model, int texts, int vectors) => new(
        $"Model '{model}': it gave {vectors} vectors for {texts} texts. Its generator is to give one for each, in their order.");

    internal static ModelException GeneratorRefused(string model, int texts, Exception cause) => new(
        $"Model '{model}': its generator did not take {(texts == 1 ? "a text" : $"{texts} texts")} ({cause.Message.TrimEnd('.')}). " +
        "Other texts may work.", cause);

    internal static ModelException WorkersFailed(string model, Exception cause) => new(
        $"Model '{model}': workers failed with a text time after time, but not with others; the last one with: "
            + $"{cause.Message.TrimEnd('.')}. " +
        "The text seems to be at fault.", cause);

    internal static ModelException NobodyAnswers(string model, Exception cause) => new(
        $"Model '{model}': workers fail time after time, whatever the text; the last one with: {cause.Message.TrimEnd('.')}. " +
        "See that the model can be reached, then start the job again; Restarts of the job, or Attempts in Calls, do so by themselves.",
        cause)
    {
        IsTransient = true,
    };

    internal static ModelException NoVector(string model, string found) => new(
        $"Model '{model}': its generator gave a text a vector {found}. It is not kept; other texts may work.");
}
