using Dataflow.Planning;
using Dataflow.State;

namespace Dataflow.Runtime;

/// <summary>Refuses to start a finished pipeline that would silently leave records unread.</summary>
internal static class UnreadInput
{
    /// <exception cref="CheckpointException">A source has records that were not read, or has no end.</exception>
    public static void Check(JobRun job, IReadOnlyList<(ISourceNode Source, IReadOnlyList<SplitDescription> Splits)> sources)
    {
        var context = new SourceContext(job.Log, job.Time);
        var unread = new List<string>();
        foreach (var (source, described) in sources)
        {
            var splits = job.Splits.Of((Node)source).Zip(described, static (split, found) => split with { End = found.End });
            var counts = splits.Where(split => job.WorkerOf(split) != ShardMap.Elsewhere)
                .Select(split => Count(job, source, split, context)).OfType<long>().ToList();
            var noEnd = source.IsBounded ? "" : "no end now, and ";
            if (counts.Count > 0) unread.Add($"Source '{source.Name}' has {noEnd}{Records(counts.Sum())} not read.");
        }

        if (unread.Count > 0) throw CheckpointException.HasFinished(job.Plan.Pipeline, unread);
    }

    private static long? Count(JobRun job, ISourceNode source, SourceSplit split, SourceContext context)
    {
        var read = job.Restored.PositionOf(split.Name);
        try
        {
            return source.UnreadOf(split, read, context);
        }
        catch (Exception error) when (OperatorException.IsBare(error))
        {
            throw OperatorException.FailedToRead(source.Name, split.Name, read?.Position ?? 0, error);
        }
    }

    private static string Records(long count) => count == 1 ? "1 record that was" : $"{count} records that were";
}
