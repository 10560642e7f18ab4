namespace Dataflow.Extensibility;

/// <summary>The definition of a metric that steps report: an instrument of the meter <c>Dataflow</c>, and a line in a step's
/// status.</summary>
/// <param name="Name">The instrument's name, such as <c>shop.orders.repriced</c>; a name has only one definition.</param>
/// <param name="Unit">The unit in UCUM notation, as OpenTelemetry requires: <c>{record}</c>, <c>By</c>, <c>s</c>.</param>
/// <param name="Description">One sentence for readers of a dashboard.</param>
public sealed record CounterDefinition(string Name, string Unit, string Description)
{
    /// <summary>Records that arrived behind the step's watermark, too late for their results.</summary>
    public static CounterDefinition Late { get; } =
        new("dataflow.operator.records.late_dropped", "{record}",
            "Records that came too late for a step.") { Role = CounterRole.LeavesOut };

    /// <summary>Records dropped by a user's condition.</summary>
    public static CounterDefinition Filtered { get; } =
        new("dataflow.operator.records.filtered", "{record}", "Records that a condition left out.") { Role = CounterRole.LeavesOut };

    /// <summary>Records for which a join found no partner.</summary>
    public static CounterDefinition Unmatched { get; } =
        new("dataflow.join.unmatched", "{record}", "Records for which a join found no partner.")
        {
            Role = CounterRole.LeavesOut, Tag = "reason",
        };

    /// <summary>External calls, retries included.</summary>
    public static CounterDefinition Calls { get; } = new("dataflow.model.calls", "{call}", "Calls out of the pipeline, retries included.");

    /// <summary>Records whose result was already known, so that no call was made.</summary>
    public static CounterDefinition Reused { get; } = new("dataflow.calls.reused", "{record}", "Records that needed no call of their own.");

    /// <summary>Entries of state that were removed because their time to live had passed.</summary>
    public static CounterDefinition Expired { get; } = new("dataflow.state.expired", "{entry}", "Entries of state whose time was over.");

    /// <summary>The role of the number in status and diagnosis. Default: <see cref="CounterRole.Plain"/>.</summary>
    public CounterRole Role { get; init; }

    /// <summary>The name of the tag that tells several such numbers of a step apart: <c>model</c>, <c>rule</c>. Null: there is only
    /// one.</summary>
    public string? Tag { get; init; }

    /// <summary>Whether the number may also go down: a current amount, not a running total.</summary>
    public bool IsGauge { get; init; }

    /// <summary>The number of counted units in one <see cref="Unit"/>: 1,000,000 for microseconds shown in seconds. Default 1.</summary>
    public long PerUnit { get; init; } = 1;
}

/// <summary>The role of a counter in status and diagnosis.</summary>
public enum CounterRole
{
    /// <summary>No special role.</summary>
    Plain,

    /// <summary>Records that the step dropped on purpose: a step that emits each record once has accounted for them.</summary>
    LeavesOut,

    /// <summary>Results that wait for event time to advance. A gauge.</summary>
    WaitsForEventTime,

    /// <summary>Results that wait for the next checkpoint. A gauge.</summary>
    WaitsForCheckpoint,
}
