namespace Dataflow.Onnx.Inference;

/// <summary>Tests whether a text's vectors change with the other texts of its call, by trying. This also warms the model up.</summary>
internal sealed class BatchProbe(TextEncoder encoder, TextTokenizer tokenizer)
{
    private const string Text = "Four score and seven years ago our fathers brought forth a new nation.";

    // Longer, so that the first is padded; and quite another text, so that a scale of both differs from that of one.
    private const string Company =
        "Invoice no. 20,394: 12 crates of oranges @ $7.50, 3 pallets of cement; pay by 31/12, or else 4 % interest per month.";

    // Floats of other kernels differ by a millionth, halves by a thousandth, quantised ones by a tenth.
    private const double MaxDifference = 0.005;

    private const int MaxTokens = 64;

    public bool ShowsDependence()
    {
        try
        {
            return !(DifferenceOf(VectorsOf(Text), VectorsOf(Text, Company)) < MaxDifference); // NaN is a difference
        }
        catch (ModelException)
        {
            return true; // it takes no batches, or not these tokens
        }
    }

    /// <summary>Computes the vectors of the first text's tokens.</summary>
    private float[] VectorsOf(params ReadOnlySpan<string> texts)
    {
        var batch = new TextBatch();
        batch.EnsureRoom(texts.Length * MaxTokens, encoder.Dimensions);
        TextRow[] rows = [.. texts.ToArray().Select((text, at) => new TextRow(at, tokenizer.Encode(text, MaxTokens)))];
        var length = rows.Max(row => row.Ids.Length);
        foreach (var row in rows) row.FillUp(batch, row.Index * length, length, tokenizer.Padding);
        encoder.Run(batch, texts.Length, length);
        return batch.Hidden[..(rows[0].Ids.Length * encoder.Dimensions)];
    }

    /// <summary>Computes the distance relative to the length.</summary>
    private static double DifferenceOf(float[] alone, float[] together)
    {
        var distance = alone.Zip(together, (left, right) => Math.Pow(left - right, 2)).Sum();
        return Math.Sqrt(distance / alone.Sum(value => (double)value * value));
    }
}
