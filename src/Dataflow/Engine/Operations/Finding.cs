namespace Dataflow.Operations;

/// <summary>A reason why there are no results, or why they are late.</summary>
/// <param name="Kind">The kind of finding, for programs.</param>
/// <param name="Where">The name of the step, source, split or stage concerned; empty for the job itself.</param>
/// <param name="Text">One or two sentences: where, what, and what follows or what to do.</param>
public sealed record Finding(FindingKind Kind, string Where, string Text);
