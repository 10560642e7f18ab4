using System.Numerics.Tensors;

namespace Dataflow.Onnx.Inference;

/// <summary>Finds out whether a row's scores change with the rows that share its call, by trying.</summary>
/// <param name="run">Scores rows.</param>
/// <param name="columns">How many a row has.</param>
/// <param name="width">How many scores.</param>
internal sealed class RowProbe(Action<Memory<float>, int, Memory<float>> run, int columns, int width)
{
    private const int Rows = 4;

    // As for texts: floats of other kernels differ by a millionth, quantised ones by much more.
    private const float MaxDifference = 0.005f;

    // Small values show what larger ones drive to where a score changes no more; some models take small or positive ones only.
    private static readonly float[] s_scales = [1, 100, 10_000, -100];

    public bool ShowsDependence()
    {
        var tried = s_scales.Select(IsChanged).Where(isChanged => isChanged is not null).ToList();
        return tried.Count == 0 || tried.Contains(true); // what cannot be tried may depend
    }

    /// <summary>Whether others change the scores of a row; null if the model does not take such values.</summary>
    private bool? IsChanged(float scale)
    {
        var rows = new float[Rows * columns];
        for (var at = 0; at < rows.Length; at++)
        {
            var value = scale * (at * 7 % 11 + 1) / 11;
            if (scale < 0 && at % 2 == 0) value = -value;
            rows[at] = at < columns ? 0.01f * value : value; // beside larger ones the first has a coarser scale
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
