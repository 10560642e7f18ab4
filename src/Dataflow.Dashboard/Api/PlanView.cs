namespace Dataflow.Dashboard.Api;

/// <summary>The plan as a graph, and as text.</summary>
internal sealed record PlanView(IReadOnlyList<PlanStepView> Steps, string Text)
{
    public static PlanView Of(Job job)
    {
        var plan = job.Explain();
        return new([.. plan.Steps.Select(static step => new PlanStepView(step.Label, step.Kind, step.Stage, step.Detail, step.Inputs))],
            plan.ToString());
    }
}

/// <summary>A step of a plan: see <see cref="PlannedStep"/>.</summary>
internal sealed record PlanStepView(string Label, PlannedStepKind Kind, string Stage, string Detail, IReadOnlyList<string> Inputs);
