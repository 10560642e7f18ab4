namespace Dataflow.Onnx;

/// <summary>How alike two versions of a model are on the texts that both were given.</summary>
/// <remarks>Vectors of two models cannot be compared with each other; what can is which texts each of them finds alike. Each text is
/// compared with the last 256 others.</remarks>
/// <param name="Answers">The version that answers.</param>
/// <param name="Tried">The version that is tried beside it.</param>
/// <param name="Texts">Texts that both have a vector for. A text that comes again soon counts once.</param>
/// <param name="Failed">Texts on which the tried version failed.</param>
/// <param name="SharedNeighbours">The share, from 0 to 1, of a text's 10 nearest by one version that are among the 10 nearest by the other, on
/// average: what a search would notice. NaN before there are 20 texts.</param>
/// <param name="Correlation">Pearson's correlation, from -1 to 1, of the cosines of pairs of texts by both. NaN before there are two pairs.</param>
/// <param name="LastError">Why the tried version failed last; null: it did not.</param>
public sealed record ModelComparison(
    string Answers, string Tried, long Texts, long Failed, double SharedNeighbours, double Correlation, string? LastError);
