using System.Globalization;

namespace Dataflow.Operations;

/// <summary>The counts of a step since the job started.</summary>
/// <param name="Name">The step's name.</param>
/// <param name="Emitted">The number of records emitted.</param>
/// <param name="WatermarkMs">The step's watermark, ms since the Unix epoch; null where the step has no event time.</param>
public sealed record StepStatus(string Name, long Emitted, long? WatermarkMs)
{
    /// <summary>The step's name, unique in the pipeline: <see cref="Name"/>, with a number behind it for the second step of that name and
    /// later ones, as in <c>select-2</c>. The meter's tag <c>step</c>.</summary>
    public string Label { get; init; } = Name;

    /// <summary>The number of records received, including those that were in flight at the checkpoint that the job carried on
    /// from.</summary>
    public long In { get; init; }

    /// <summary>The average number of records received per second, over the last seconds.</summary>
    public double InPerSecond { get; init; }

    /// <summary>The average number of records emitted per second, over the last seconds.</summary>
    public double EmittedPerSecond { get; init; }

    /// <summary>The number of records received that are not accounted for yet: each is to be emitted, counted as left out or a dead letter.
    /// 0 once a job is finished. Null for steps that emit more or less than one result per record.</summary>
    /// <remarks>While the job runs it is an estimate: the counts are read one after the other.</remarks>
    public long? InFlight { get; init; }

    /// <summary>The number of records, and results that no single record stands behind, that became a <see cref="DeadLetter"/>.</summary>
    public long DeadLetters { get; init; }

    /// <summary>The number of keyed values in memory, including those of timers and other bookkeeping.</summary>
    public long StateEntries { get; init; }

    /// <summary>The step's counters, summed over the instances of all workers.</summary>
    public IReadOnlyList<CounterValue> Counters { get; init; } = [];

    /// <summary>The number of records that came too late: behind the watermark, after all their windows had closed.</summary>
    public long Late => Total(CounterDefinition.Late);

    /// <summary>The number of records dropped by a user's condition.</summary>
    public long Filtered => Total(CounterDefinition.Filtered);

    /// <summary>The number of records for which a join found no partner.</summary>
    public long Unmatched => Total(CounterDefinition.Unmatched);

    /// <summary>The number of external calls, retries included.</summary>
    public long Calls => Total(CounterDefinition.Calls);

    /// <summary>The number of records whose result was already known, so that no call was made.</summary>
    public long Reused => Total(CounterDefinition.Reused);

    /// <summary>The number of entries of state that were removed because their time had passed: time to live, or the retention of an entity
    /// in a feature view.</summary>
    public long Expired => Total(CounterDefinition.Expired);

    /// <summary>Returns the total of a counter over all its tags; 0 where the step has no such counter.</summary>
    public long Total(CounterDefinition counter)
        => Counters.Where(value => value.Definition.Name == counter.Name).Sum(static value => value.Value);

    /// <summary>One line for a log: the label, records in and out, and the step's counters.</summary>
    public override string ToString()
    {
        var counted = Counters.Where(static count => count.Value != 0)
            .Select(static count => string.Create(
                CultureInfo.InvariantCulture, $", {count.Definition.Name}{(count.Tag is null ? "" : $" {count.Tag}")} {count.Value:N0}"));
        return string.Create(CultureInfo.InvariantCulture, $"{Label}: {In:N0} in, {Emitted:N0} out{string.Concat(counted)}");
    }

    internal static StepStatus Of(string name, IReadOnlyList<(OperatorContext Context, Operator Step)> instances, long given)
    {
        var counters = instances.SelectMany(static instance => instance.Context.Counters.Values)
            .GroupBy(static value => (value.Definition, value.Tag))
            .Select(static values => new CounterValue(values.Key.Definition, values.Sum(static value => value.Value), values.Key.Tag))
            .ToList();
        var status = new StepStatus(
            name, instances.Sum(static instance => instance.Step.Emitted),
            instances.Select(static instance => instance.Context.Counters.Watermark).Min())
        {
            In = given + instances.Sum(static instance => instance.Step.Restored),
            DeadLetters = instances.Sum(static instance => instance.Step.DeadLetters),
            StateEntries = instances.Sum(static instance => instance.Context.StateEntries),
            Counters = counters,
        };
        return instances[0].Step.IsOneToOne ? status with { InFlight = status.In - status.AccountedFor } : status;
    }

    private long AccountedFor
        => Emitted + DeadLetters
        + Counters.Where(static value => value.Definition.Role == CounterRole.LeavesOut).Sum(static value => value.Value);
}
