using Dataflow.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Dataflow.Perf.Embedding;

/// <summary>Calls of ONNX Runtime and nothing else: the tokens are there, results are not looked at.</summary>
internal sealed class RawRuntime : IDisposable
{
    private const int Dimensions = 384;

    private static readonly string[] s_inputs = ["input_ids", "attention_mask", "token_type_ids"];
    private static readonly string[] s_outputs = ["last_hidden_state"];

    private readonly InferenceSession _session;
    private readonly long[][] _ids;

    public RawRuntime(string directory, string[] texts)
    {
        using var options =
            new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        _session = new InferenceSession(Path.Combine(directory, "model.onnx"), options);
        var tokenizer = WordPieceTokenizer.FromVocabulary(Path.Combine(directory, "vocab.txt"));
        _ids = Array.ConvertAll(texts, text => tokenizer.Encode(text) is var ids && ids.Length > 256 ? ids[..256] : ids);
    }

    public long Tokens => _ids.Sum(ids => (long)ids.Length);

    /// <summary>Embeds all texts, one a call.</summary>
    public Effort Run(int callers)
    {
        var next = -1;
        return Effort.Of(() => Ways.InParallel(callers, () =>
        {
            var (mask, types, hidden) = (new long[256], new long[256], new float[256 * Dimensions]);
            mask.AsSpan().Fill(1);
            using var options = new RunOptions();
            for (var at = Interlocked.Increment(ref next); at < _ids.Length; at = Interlocked.Increment(ref next))
            {
                var length = _ids[at].Length;
                using var ids = Tensor(_ids[at], length, 1, length);
                using var masks = Tensor(mask, length, 1, length);
                using var type = Tensor(types, length, 1, length);
                using var output = Tensor(hidden, length * Dimensions, 1, length, Dimensions);
                _session.Run(options, s_inputs, [ids, masks, type], s_outputs, [output]);
            }
        }));
    }

    public void Dispose() => _session.Dispose();

    private static OrtValue Tensor<T>(T[] values, int count, params long[] shape)
        where T : unmanaged
        => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values.AsMemory(0, count), shape);
}
