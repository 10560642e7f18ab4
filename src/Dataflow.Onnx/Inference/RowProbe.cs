using System.Numerics.Tensors;

namespace Dataflow.Onnx.Inference;

/// <summary>Tests whether a row's scores change with the other rows of its call, by trying.</summary>
/// <param name="run">Scores rows.</param>
/// <param name="columns">The number of columns of a row.</param>
/// <param name="width">The number of scores of a row.</param>
internal sealed class RowProbe(Action<Memory<float>, int, Memory<float>> run, int columns, int width)
{
    private const int Rows = 4;

    // As for texts: floats of other kernels differ by a millionth, quantised ones by much more.
    private const float MaxDifference = 0.005f;

    // Small values reveal differences where larger ones saturate a score; some models take small or positive ones only.
    private static readonly float[] s_scales = [1, 100, 10_000, -100];

    public bool ShowsDependence()
    {
        var tried = s_scales.Select(IsChanged).Where(isChanged => isChanged is not null).ToList();
        return tried.Count == 0 || tried.Contains(true); // if it cannot be tried, it may depend
    }

    /// <summary>Whether other rows change the scores of a row; null if the model does not take such values.</summary>
    private bool? IsChanged(float scale)
    {
        var rows = new float[Rows * columns];
        for (var at = 0; at < rows.Length; at++)
        {
            var value = scale * (at * 7 % 11 + 1) / 11;
            if (scale < 0 && at % 2 == 0) value = -value;
            rows[at] = at < columns ? 0.01f * value : value; // beside larger rows the first one has a coarser scale
        }

        var (alone, together) = (new float[width], new float[Rows * width]);
        try
        {
            run(rows.AsMemory(0, columns), 1, alone);
            run(rows, Rows, together);
        }
        catch (ModelException)
        {
            return null;
        }

        if (!TensorPrimitives.IsFiniteAll<float>(alone)) return null;
        var distance = TensorPrimitives.Distance<float>(alone, together.AsSpan(0, width));
        return !(distance <= MaxDifference * TensorPrimitives.Norm<float>(alone)); // NaN is a difference
    }
}
