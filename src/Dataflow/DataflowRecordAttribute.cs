namespace Dataflow;

/// <summary>Has the codec of a class, record or struct made at compile time: its values are written and read in the same bytes as without
/// it, in less time.</summary>
/// <remarks>
/// <para>A serde that the pipeline was given for the type (<see cref="Pipeline.UseSerde"/>) goes before it.</para>
/// <para>The type, and the types that it is declared in, must be visible in the whole project: <c>internal</c> or <c>public</c>. Base types
/// must be of the same project.</para>
/// </remarks>
/// <example><code>
/// [DataflowRecord]
/// public sealed record Measurement(DateTimeOffset Time, string Sensor, double Celsius);
/// </code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class DataflowRecordAttribute : Attribute;
