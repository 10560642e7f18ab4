namespace Dataflow.Onnx.Inference;

/// <summary>A text of a call with several texts.</summary>
/// <param name="Index">Its index among the requested texts.</param>
/// <param name="Ids">Its tokens.</param>
/// <param name="IsTruncated">Whether its end is missing.</param>
internal readonly record struct TextRow(int Index, long[] Ids, bool IsTruncated)
{
    // Padding is wasted work; if there is this little of it, a call's fixed costs weigh more.
    private const double MaxFilledUp = 0.15;

    public TextRow(int index, (long[] Ids, bool IsTruncated) encoded)
        : this(index, encoded.Ids, encoded.IsTruncated)
    {
    }

    /// <summary>Groups texts, sorted by length, into calls of similar length within the limit of tokens.</summary>
    public static IEnumerable<TextRow[]> OfLikeLength(TextRow[] rows, int maxTokens)
    {
        Array.Sort(rows, static (left, right) => left.Ids.Length.CompareTo(right.Ids.Length));
        for (int first = 0, end; first < rows.Length; first = end)
        {
            long tokens = rows[first].Ids.Length;
            for (end = first + 1; end < rows.Length; end++)
            {
                var filled = (long)(end - first + 1) * rows[end].Ids.Length;
                tokens += rows[end].Ids.Length;
                if (filled > maxTokens || filled - tokens > MaxFilledUp * filled) break;
            }

            yield return rows[first..end];
        }
    }

    /// <summary>Writes the ids into a call's input, and padding behind them.</summary>
    public void FillUp(TextBatch batch, int at, int length, int padding)
    {
        var ids = batch.Ids.AsSpan(at, length);
        Ids.CopyTo(ids);
        ids[Ids.Length..].Fill(padding);
        var mask = batch.Mask.AsSpan(at, length);
        mask[..Ids.Length].Fill(1);
        mask[Ids.Length..].Clear();
    }
}
