namespace Dataflow.Extensibility;

/// <summary>A topic that a job creates before it starts, where the log has none of the name.</summary>
/// <param name="Name">Letters, digits, '.', '_' and '-'.</param>
/// <param name="Partitions">How many partitions it gets; one that exists keeps its own.</param>
public readonly record struct NewTopic(string Name, int Partitions);
