using Dataflow.Planning;
using Dataflow.Runtime;

namespace Dataflow.Operations.Findings;

/// <summary>Finds what holds back event time, and so windows.</summary>
internal sealed class TimeFindings(JobRun job, JobStatus status)
{
    public IEnumerable<Finding> All()
    {
        var waiting = Windows().ToList();
        return [.. Units(), .. Timers(), .. waiting, .. waiting.Count > 0 ? Holders() : [], .. Ahead(), .. waiting.Count > 0 ? Idle() : []];
    }

    private IEnumerable<Finding> Windows()
    {
        foreach (var step in job.Tasks.SelectMany(task => task.Instances).GroupBy(step => step.Context.NodeId))
        {
            var held = step.SelectMany(static instance => instance.Context.Counters.Values)
                .Where(static count => count.Definition.Role == CounterRole.WaitsForEventTime && count.Value > 0).ToList();
            var name = step.First().Context.Name;
            var found = status.Steps.First(known => known.Name == name);
            if (held.Count == 0 || found.EmittedPerSecond > 0) continue;
            var count = held.Sum(static count => count.Value);
            var what = $"{count} open {held[0].Definition.Unit.Trim('{', '}')}{(count == 1 ? "" : "s")}";
            yield return new(FindingKind.WindowWaits, name, step.Min(static instance => instance.Context.Counters.WaitsFor) is { } end
                ? Waits(name, what, found, end)
                : $"Step '{name}' holds {what}; the watermark, which closes them, is at {Moments.Of(found.WatermarkMs)}.");
        }
    }

    private IEnumerable<Finding> Timers()
    {
        foreach (var node in job.Plan.Nodes.Where(static node => !node.HasEventTime))
        {
            var timers = job.Tasks.SelectMany(static task => task.Instances).Where(step => step.Context.NodeId == node.Id)
                .Sum(static step => step.Context.EventTimers);
            if (timers > 0)
                yield return new(
                    FindingKind.TimersWithoutEventTime, node.Name,
                    $"Step '{node.Name}' has set {timers} timers of event time, which its stream does not have: they do not fire "
                    + "before the input ends. Add WithEventTime(...) before KeyBy.");
        }
    }

    private static string Waits(string name, string what, StepStatus step, long end)
        => $"Step '{name}' holds {what} and waits for the watermark to pass {Moments.Of(end)}, the end of the first; it is "
            + (step.WatermarkMs is > long.MinValue and { } watermark
                ? $"at {Moments.Of(watermark)}, {end - watermark} ms short."
                : "at no time yet.");

    /// <summary>Finds the splits with the lowest watermark, of those that count.</summary>
    private IEnumerable<Finding> Holders()
    {
        foreach (var step in job.Plan.Nodes.Where(node => node is IGivesEventTime))
        {
            var splits = SplitsOf(step).Where(split => split is { IsFinished: false, IsIdle: false }).OrderBy(split => split.WatermarkMs)
                .ToList();
            if (splits.Count == 0)
            {
                if (SplitsOf(step).Any(split => split.IsIdle)) yield return AllIdle(step);
                continue;
            }

            yield return new(FindingKind.SplitHoldsTimeBack, splits[0].Name, Holds((IGivesEventTime)step, step.Name, splits));
        }
    }

    private static string Holds(IGivesEventTime step, string name, List<SplitStatus> splits)
    {
        var (first, idleAfter) = (splits[0], $"{step.IdleAfter.TotalSeconds:0.###} s");
        var has = $"Split '{first.Name}' holds the watermark at {Moments.Of(first.WatermarkMs)}";
        return (first, step.Generator) switch
        {
            ({ WatermarkMs: not null }, null) => $"{has}, its newest record's time less maxOutOfOrderness{Others(splits)}. It goes on with "
                + $"the next record, or when the split has been quiet for {idleAfter}.",
            ({ WatermarkMs: not null }, { } generator) => $"{has}, the greatest that '{generator}' has found in it{Others(splits)}. It "
                + $"goes on when a record gives a greater one, or when the split has been quiet for {idleAfter}.",
            ({ Read: > 0 }, { } generator) => $"Split '{first.Name}' has no watermark yet: '{generator}' has found none in the records "
                + $"that '{name}' was given. It has one when a record gives one, and does not count when it has been quiet for "
                + $"{idleAfter}.",
            _ => $"Split '{first.Name}' has brought no record to '{name}' yet: no watermark comes before it does, or has been quiet for "
                + $"{idleAfter}.",
        };
    }

    private Finding AllIdle(Node step) => new(
        FindingKind.SplitIsIdle, step.Name,
        $"All splits that '{step.Name}' takes time from are quiet: the watermark stays at "
            + $"{Moments.Of(SplitsOf(step).Max(split => split.WatermarkMs))} until "
        + "a record comes. Windows that are over by the clock have given a result, timers of Process have fired up to the newest "
        + "record; later timers, joins and patterns go on only with 'advanceWhenQuiet'.");

    private IEnumerable<Finding> Units()
        => status.Splits.Where(split => split.WatermarkMs is { } time && TimeRange.LooksLikeSeconds(time, job.Time.GetUtcNow()))
            .Select(split => new Finding(
            FindingKind.TimesAreSeconds, split.Name,
            $"Split '{split.Name}': the times of its records lie in early 1970; read as seconds they would be of our days. Give "
                + "WithEventTime milliseconds, or a "
            + "DateTimeOffset."));

    private static string Others(List<SplitStatus> splits)
        => splits.Count == 1 ? "" : $"; the others are up to {splits.Max(split => split.WatermarkMs) - splits[0].WatermarkMs} ms ahead";

    private IEnumerable<Finding> Ahead()
        => status.Splits.Where(split => split.IsHeldBack).Select(split => new Finding(
            FindingKind.SplitIsAhead, split.Name,
            $"Split '{split.Name}' is not read now: its event time is at {Moments.Of(split.WatermarkMs)}, more than "
                + $"{job.Options.MaxWatermarkDrift} ahead "
            + $"of the slowest, which is at {Moments.Of(job.MinSplitWatermark())}."));

    private IEnumerable<Finding> Idle()
        => status.Splits.Where(split => split.IsIdle).Select(split => new Finding(
            FindingKind.SplitIsIdle, split.Name, $"Split '{split.Name}' is quiet and no longer holds event time back."));

    private IEnumerable<SplitStatus> SplitsOf(Node step)
    {
        var names = PlanCheck.SourcesOf(step).SelectMany(source => job.Splits.Of((Node)source)).Select(split => split.Name)
            .ToHashSet(StringComparer.Ordinal);
        return status.Splits.Where(split => names.Contains(split.Name));
    }
}
