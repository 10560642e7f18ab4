namespace Dataflow.Onnx;

/// <summary>The similarity of two versions of a model on the texts that both were given.</summary>
/// <remarks>Vectors of two models cannot be compared directly; but it can be compared which texts each of them finds similar. Each text is
/// compared with the last 256 others.</remarks>
/// <param name="Answers">The version that answers.</param>
/// <param name="Tried">The version that is tried beside it.</param>
/// <param name="Texts">The number of texts for which both have a vector. A text that soon recurs counts once.</param>
/// <param name="Failed">The number of texts on which the tried version failed.</param>
/// <param name="SharedNeighbours">The average share, from 0 to 1, of a text's 10 nearest by one version that are among the 10 nearest by
/// the other: the difference that a search would notice. NaN before there are 20 texts.</param>
/// <param name="Correlation">Pearson's correlation, from -1 to 1, of the cosines of pairs of texts by both versions. NaN before there are
/// two pairs.</param>
/// <param name="LastError">The last error of the tried version; null: there was none.</param>
public sealed record ModelComparison(
    string Answers, string Tried, long Texts, long Failed, double SharedNeighbours, double Correlation, string? LastError);
