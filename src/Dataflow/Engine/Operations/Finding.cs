namespace Dataflow.Operations;

/// <summary>A reason why there are no results, or why they are late.</summary>
/// <param name="Kind">What it is, for programs.</param>
/// <param name="Where">The name of the step, source, split or stage that it is about; empty where it is the job.</param>
/// <param name="Text">One or two sentences: where, what, and what follows or what to do.</param>
public sealed record Finding(FindingKind Kind, string Where, string Text);
