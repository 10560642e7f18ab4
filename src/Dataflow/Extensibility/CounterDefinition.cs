namespace Dataflow.Extensibility;

/// <summary>The meaning of a number that steps count: an instrument of the meter <c>Dataflow</c>, and a line in a step's status.</summary>
/// <param name="Name">The instrument's name, such as <c>shop.orders.repriced</c>; of one name there is one definition.</param>
/// <param name="Unit">In the notation of UCUM, as OpenTelemetry asks: <c>{record}</c>, <c>By</c>, <c>s</c>.</param>
/// <param name="Description">One sentence for whoever looks at a dashboard.</param>
public sealed record CounterDefinition(string Name, string Unit, string Description)
{
    /// <summary>Records that came before the watermark of the step: too late for their results.</summary>
    public static CounterDefinition Late { get; } =
        new("dataflow.operator.records.late_dropped", "{record}", "Records that came too late for a step.") { Role = CounterRole.LeavesOut };

    /// <summary>Records that a condition of the user's left out.</summary>
    public static CounterDefinition Filtered { get; } =
        new("dataflow.operator.records.filtered", "{record}", "Records that a condition left out.") { Role = CounterRole.LeavesOut };

    /// <summary>Records for which a join found no partner.</summary>
    public static CounterDefinition Unmatched { get; } =
        new("dataflow.join.misses", "{record}", "Records for which a join found no partner.") { Role = CounterRole.LeavesOut, Tag = "reason" };

    /// <summary>Calls out of the pipeline, those made again included.</summary>
    public static CounterDefinition Calls { get; } = new("dataflow.model.calls", "{call}", "Calls out of the pipeline, retries included.");

    /// <summary>Records for which a result was there already, so that no call was made.</summary>
    public static CounterDefinition Reused { get; } = new("dataflow.calls.reused", "{record}", "Records that needed no call of their own.");

    /// <summary>Entries of state that were removed because their time was over.</summary>
    public static CounterDefinition Expired { get; } = new("dataflow.state.expired", "{entry}", "Entries of state whose time was over.");

    /// <summary>The meaning of the number for status and diagnosis. Default: nothing but itself.</summary>
    public CounterRole Role { get; init; }

    /// <summary>The name of the tag by which there are several such numbers in a step: <c>model</c>, <c>rule</c>. Null: there is one.</summary>
    public string? Tag { get; init; }

    /// <summary>Whether the number goes down too: how much there is now, not how much there was.</summary>
    public bool IsGauge { get; init; }

    /// <summary>How many of what is counted make one <see cref="Unit"/>: 1,000,000 for microseconds shown in seconds.</summary>
    public long PerUnit { get; init; } = 1;
}

/// <summary>The meaning of a counted number for status and diagnosis.</summary>
public enum CounterRole
{
    /// <summary>Nothing but itself.</summary>
    Plain,

    /// <summary>Records that came in and were left out on purpose: a step that hands on each record once has accounted for them.</summary>
    LeavesOut,

    /// <summary>Results that wait for event time to go on. A gauge.</summary>
    WaitsForEventTime,

    /// <summary>Results that wait for the next checkpoint. A gauge.</summary>
    WaitsForCheckpoint,
}
