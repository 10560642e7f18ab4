namespace Dataflow;

/// <summary>Where records come from: <c>Source.Csv&lt;Flight&gt;("flights.csv")</c>. Each connector adds its own verb.</summary>
public static class Source
{
}
