using Dataflow.Runtime;

namespace Dataflow.Operations.Findings;

/// <summary>Finds slow parts: stages, calls, checkpoints.</summary>
internal sealed class SpeedFindings(JobRun job, JobStatus status)
{
    private const double High = 0.8;
    private static readonly TimeSpan LongCheckpoint = TimeSpan.FromSeconds(1);

    public IEnumerable<Finding> All() => [.. Calls(), .. Stages(), .. Checkpoint(), .. Results()];

    public static IEnumerable<Finding> WhereStepsHang(JobStatus status)
        => from stage in status.Stages
           where stage.AtHand.Count > 0
           orderby stage.AtHandFor descending
           select new Finding(
               FindingKind.StepHangs, stage.AtHand[0],
               $"Step {string.Join(" or ", stage.AtHand.Select(static step => $"'{step}'"))} on worker {stage.Worker} has not come back "
                   + "for "
               + $"{stage.AtHandFor.TotalSeconds:0.0} s. Its worker does nothing else meanwhile, and no checkpoint can be taken.");

    private IEnumerable<Finding> Calls()
        => job.Tasks.SelectMany(task => task.Instances).Where(step => step.Step.IsFull).Select(step => step.Context.Name).Distinct()
            .Select(name => new Finding(
                FindingKind.WaitsForCalls, name,
                $"Step '{name}' has all the calls under way that it may have, and takes no more records until some are answered."));

    private IEnumerable<Finding> Stages()
    {
        var slow = status.Stages.Where(stage => stage.Busy >= High).OrderByDescending(stage => stage.Busy).FirstOrDefault();
        if (slow is null) yield break;
        var waiting = status.Stages.Where(stage => stage.Backpressured >= High / 2)
            .Select(stage => $"{stage.Name} on worker {stage.Worker}").ToList();
        yield return new(FindingKind.StageIsSlow, slow.Name,
            $"Stage '{slow.Name}' on worker {slow.Worker} ({string.Join(", ", slow.Steps)}) is busy {slow.Busy:P0} of the time"
            + (waiting.Count > 0 ? $", and {string.Join(", ", waiting)} cannot hand records on." : ": it takes no more than it does."));
    }

    public IEnumerable<Finding> Checkpoint()
    {
        if (job.Coordinator.Gathering is not { } taken || taken < LongCheckpoint) yield break;
        var epoch = job.RequestedEpoch;
        var late = job.Tasks.Where(task => task.Epoch < epoch).ToList();
        var calls = late.SelectMany(task => task.Instances).Where(step => !step.Step.MayCapture).Select(step => $"'{step.Context.Name}'")
            .Distinct().ToList();
        var cause = calls.Count > 0 ? $"the calls of {string.Join(", ", calls)}"
            : late.Count > 0 ? string.Join(", ", late.Select(task => $"{task.Name} on worker {task.Worker.Index}"))
            : "state and results to be written";
        yield return new(FindingKind.CheckpointIsSlow, calls.FirstOrDefault()?.Trim('\'') ?? late.FirstOrDefault()?.Name ?? "",
            $"Checkpoint {epoch} has been under way for {taken.TotalSeconds:0.0} s and waits for {cause}. Results become visible when it "
                + "is done.");
    }

    private IEnumerable<Finding> Results()
        => from step in status.Steps
           let waiting = step.Counters.Where(static count => count.Definition.Role == CounterRole.WaitsForCheckpoint)
               .Sum(static count => count.Value)
           where waiting > 0
           select new Finding(
               FindingKind.ResultsWaitForCheckpoint, step.Name,
               $"Sink '{step.Name}' has {waiting} result(s) that the next checkpoint makes visible, "
               + (job.Coordinator.NextIn > TimeSpan.Zero ? $"in {job.Coordinator.NextIn.TotalSeconds:0.0} s." : "which is due."));
}
