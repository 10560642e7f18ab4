using Dataflow.Log;

namespace Dataflow.Cli.Logs;

/// <summary>Finds in a log what a command line names.</summary>
internal static class LogLookup
{
    private const string Checkpoints = ".checkpoints";

    private static readonly string[] s_ofState = [Checkpoints, ".changelog", ".snapshots"];

    /// <exception cref="ToolException">There is no such topic.</exception>
    public static LogTopic Find(this LogStore log, string topic)
        => log.TryGetTopic(topic, out var found)
            ? found : throw new ToolException(
                $"Topic '{topic}': the log has no such topic. 'dataflow topics list' shows those that it has.");

    /// <summary>The partition that was asked for, or all.</summary>
    /// <exception cref="ToolException">There is no such partition.</exception>
    public static IEnumerable<int> Partitions(this LogTopic topic, int? asked)
    {
        if (asked is null) return Enumerable.Range(0, topic.PartitionCount);
        if (asked >= 0 && asked < topic.PartitionCount) return [asked.Value];
        throw new ToolException($"Topic '{topic.Name}': it has no partition {asked}. Its partitions are 0 to {topic.PartitionCount - 1}.");
    }

    public static long Records(this LogTopic topic) => topic.Ranges().Sum(static range => range.Item2 - range.Item1);

    /// <summary>The names of the pipelines that have run on the log.</summary>
    public static IEnumerable<string> Pipelines(this LogStore log)
        => log.ListTopics().Where(static topic => topic.EndsWith(Checkpoints, StringComparison.Ordinal))
            .Select(static topic => topic[..^Checkpoints.Length]);

    /// <summary>The pipeline that keeps its state in a topic; null: the topic is of records.</summary>
    public static string? OwnerOf(this LogStore log, string topic)
        => log.Pipelines().FirstOrDefault(pipeline => s_ofState.Any(ending => topic == pipeline + ending));

    /// <exception cref="ToolException">It has never run on the log.</exception>
    public static string FindPipeline(this LogStore log, string pipeline)
        => log.Pipelines().Contains(pipeline) ? pipeline : throw new ToolException(
            $"Pipeline '{pipeline}': it has never run on this log. 'dataflow pipelines list' shows those that have.");

    public static SavedCheckpoint? LastCheckpoint(this LogStore log, string pipeline)
        => SavedCheckpoint.ReadAll(log, pipeline) is [.., var last] ? last : null;
}
