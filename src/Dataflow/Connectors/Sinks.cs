namespace Dataflow;

/// <summary>Where results go: <c>Sink.JsonLines&lt;Delay&gt;("delays.jsonl")</c>. Each connector adds its own verb.</summary>
public static class Sink
{
}
