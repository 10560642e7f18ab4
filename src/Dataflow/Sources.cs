namespace Dataflow;

/// <summary>The sources of records: <c>Source.Csv&lt;Flight&gt;("flights.csv")</c>. Packages with connectors add theirs as extension
/// members.</summary>
public static partial class Source;
