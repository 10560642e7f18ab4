namespace Dataflow.Extensibility;

/// <summary>The origin of a split.</summary>
/// <param name="Source">The source's name: a topic's, say.</param>
/// <param name="Index">Its index in the source: a topic's partition.</param>
public sealed record SplitPlace(string Source, int Index);
