namespace Dataflow.Extensibility;

/// <summary>The origin of a split.</summary>
/// <param name="Source">The source's name, such as a topic's.</param>
/// <param name="Index">Its index in the source, such as a topic's partition.</param>
public sealed record SplitPlace(string Source, int Index);
