namespace Dataflow;

/// <summary>The sinks of results: <c>Sink.JsonLines&lt;Delay&gt;("delays.jsonl")</c>. Packages with connectors add theirs as extension
/// members.</summary>
public static partial class Sink;
