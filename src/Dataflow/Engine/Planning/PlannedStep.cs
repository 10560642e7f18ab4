namespace Dataflow.Operations;

/// <summary>A step of a plan, with the steps that it follows: a node of the graph and its edges.</summary>
/// <param name="Label">The step's name, unique in the pipeline: that of <see cref="StepStatus.Label"/>.</param>
/// <param name="Kind">The step's part in the graph.</param>
/// <param name="Stage">The name of its stage, such as <c>stage 2</c>.</param>
/// <param name="Detail">What the plan shows beside the name, such as the length of a window; mostly empty.</param>
/// <param name="Inputs">The labels of the steps whose records, state or side output it takes; none for a source.</param>
public sealed record PlannedStep(string Label, PlannedStepKind Kind, string Stage, string Detail, IReadOnlyList<string> Inputs);
