namespace Dataflow.Extensibility;

/// <summary>A topic that a job creates before it starts, unless the log has one of that name.</summary>
/// <param name="Name">Letters, digits, '.', '_' and '-'.</param>
/// <param name="Partitions">The number of partitions of the new topic; an existing one keeps its own.</param>
public readonly record struct NewTopic(string Name, int Partitions)
{
    /// <summary>Whether each pipeline of a log has a topic of its own, called <c>PIPELINE.NAME</c>. Default false: they share the
    /// topic.</summary>
    public bool IsOfPipeline { get; init; }

    /// <summary>Returns the topic's name in the log for a pipeline.</summary>
    public string NameIn(string pipeline) => IsOfPipeline ? $"{pipeline}.{Name}" : Name;
}
