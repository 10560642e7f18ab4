namespace Dataflow;

/// <summary>How far numbers have moved from a reference.</summary>
/// <param name="Count">How many numbers were compared, missing ones included.</param>
/// <param name="Psi">The population stability index, Σ (a - e) ln(a / e) over the bins: below 0.1 next to nothing has moved, above
/// 0.25 much has. An empty bin counts as a share of 0.0001.</param>
/// <param name="Ks">The statistic of Kolmogorov and Smirnov over the bins, 0 to 1: the greatest difference of the shares below a bound,
/// missing numbers apart.</param>
/// <param name="Missing">The share of missing numbers (NaN).</param>
public readonly record struct Drift(long Count, double Psi, double Ks, double Missing);
