using System.Globalization;

namespace Dataflow.Operations;

/// <summary>The counts of a step since the job started.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Emitted">Records handed on.</param>
/// <param name="WatermarkMs">How far event time has come, ms since the Unix epoch; null where the step knows no time.</param>
public sealed record StepStatus(string Name, long Emitted, long? WatermarkMs)
{
    /// <summary>The name that no other step of the pipeline has: <see cref="Name"/>, with a number behind it for the second step of that name
    /// and those after it, as in <c>select-2</c>. The meter's tag <c>step</c>.</summary>
    public string Label { get; init; } = Name;

    /// <summary>Records that came in, those included that were in flight at the checkpoint that the job carried on from.</summary>
    public long In { get; init; }

    /// <summary>Records that came in in each of the last seconds, on average.</summary>
    public double InPerSecond { get; init; }

    /// <summary>Records handed on in each of the last seconds, on average.</summary>
    public double EmittedPerSecond { get; init; }

    /// <summary>Records that came in and are not accounted for yet: each is to be emitted, counted as left out or a dead letter.
    /// 0 once a job is finished. Null for steps that make more or less than one result of a record.</summary>
    /// <remarks>While the job runs it is an estimate: the counts are taken one after the other.</remarks>
    public long? InFlight { get; init; }

    /// <summary>Records, and results of no single record, that became a <see cref="DeadLetter"/>.</summary>
    public long DeadLetters { get; init; }

    /// <summary>How many keyed values it holds in memory, those of timers and other bookkeeping included.</summary>
    public long StateEntries { get; init; }

    /// <summary>The numbers that the step counts, the instances of all workers added up.</summary>
    public IReadOnlyList<CounterValue> Counters { get; init; } = [];

    /// <summary>Records that came too late: behind the watermark, after all their windows had closed.</summary>
    public long Late => Total(CounterDefinition.Late);

    /// <summary>Records that a condition of the user's left out.</summary>
    public long Filtered => Total(CounterDefinition.Filtered);

    /// <summary>Records for which a join found no partner.</summary>
    public long Unmatched => Total(CounterDefinition.Unmatched);

    /// <summary>Calls out of the pipeline, those made again included.</summary>
    public long Calls => Total(CounterDefinition.Calls);

    /// <summary>Records for which a result was there already, so that no call was made.</summary>
    public long Reused => Total(CounterDefinition.Reused);

    /// <summary>Entries of state that were removed because their time was over: time to live, or that for which a feature view knows an entity.</summary>
    public long Expired => Total(CounterDefinition.Expired);

    /// <summary>A number that the step counts, over all its tags; 0 where it counts no such thing.</summary>
    public long Total(CounterDefinition counter)
        => Counters.Where(value => value.Definition.Name == counter.Name).Sum(static value => value.Value);

    /// <summary>One line for a log: the label, records in and out, and what the step counts beside them.</summary>
    public override string ToString()
    {
        var counted = Counters.Where(static count => count.Value != 0)
            .Select(static count => string.Create(CultureInfo.InvariantCulture, $", {count.Definition.Name}{(count.Tag is null ? "" : $" {count.Tag}")} {count.Value:N0}"));
        return string.Create(CultureInfo.InvariantCulture, $"{Label}: {In:N0} in, {Emitted:N0} out{string.Concat(counted)}");
    }

    internal static StepStatus Of(string name, IReadOnlyList<(OperatorContext Context, Operator Step)> instances, long given)
    {
        var counters = instances.SelectMany(static instance => instance.Context.Counters.Values)
            .GroupBy(static value => (value.Definition, value.Tag))
            .Select(static values => new CounterValue(values.Key.Definition, values.Sum(static value => value.Value), values.Key.Tag)).ToList();
        var status = new StepStatus(
            name, instances.Sum(static instance => instance.Step.Emitted), instances.Select(static instance => instance.Context.Counters.Watermark).Min())
        {
            In = given + instances.Sum(static instance => instance.Step.Restored),
            DeadLetters = instances.Sum(static instance => instance.Step.DeadLetters),
            StateEntries = instances.Sum(static instance => instance.Context.StateEntries),
            Counters = counters,
        };
        return instances[0].Step.IsOneToOne ? status with { InFlight = status.In - status.AccountedFor } : status;
    }

    private long AccountedFor => Emitted + DeadLetters + Counters.Where(static value => value.Definition.Role == CounterRole.LeavesOut).Sum(static value => value.Value);
}
