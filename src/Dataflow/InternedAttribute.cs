namespace Dataflow;

/// <summary>Has equal texts of a member be one string: for members with few values, such as a country or a browser, in types with
/// <see cref="DataflowRecordAttribute"/>.</summary>
/// <remarks>The codec remembers some hundreds of texts, of up to 64 letters of ASCII; others are read as ever. Members whose values hardly
/// ever come again only cost more by it.</remarks>
/// <example><code>
/// [DataflowRecord]
/// public sealed record Browser([property: Interned] string? Name, string? Plain);
/// </code></example>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class InternedAttribute : Attribute;
