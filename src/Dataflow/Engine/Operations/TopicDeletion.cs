using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Runtime;

namespace Dataflow.Operations;

/// <summary>Deletes topics that no job and no pipeline needs.</summary>
/// <remarks>A pipeline needs a topic while a job of this process reads or writes it, while its checkpoint has a position in it, and while
/// there is a checkpoint if the topic is its own by name (<c>PIPELINE.NAME</c>). The output of a pipeline that does not run is not needed:
/// its next start creates it again, empty. A job that starts at the same time may lose a topic that was not needed yet, and then ends with
/// an error: delete topics while no job starts. <see cref="LogStore.DeleteTopicAsync"/> asks nobody.</remarks>
public static class TopicDeletion
{
    /// <summary>Says in words who needs a topic; none: it may be deleted.</summary>
    /// <exception cref="LogException">There is no such topic, or the log does not answer.</exception>
    /// <exception cref="CheckpointException">The checkpoints of a pipeline cannot be read, so that it is not known what it needs; or the
    /// topic of their name is no pipeline's.</exception>
    public static IReadOnlyList<string> ReasonsAgainst(PartitionedLog log, string topic)
    {
        ArgumentNullException.ThrowIfNull(log);
        _ = log.GetTopic(topic);
        var running = JobRun.On(log).Where(run => Needs(run, topic)).Select(static run => run.Plan.Pipeline).ToHashSet();
        return
        [
            .. running.Select(static pipeline => $"The job of pipeline '{pipeline}' reads or writes it. Stop it first."),
            .. CheckpointTopics.Pipelines(log).Where(pipeline => !running.Contains(pipeline))
                .Select(pipeline => NeedOf(log, pipeline, topic)).OfType<string>(),
            .. DeadLetterStore.Pipelines(log).Select(pipeline => NeedOfLetters(new DeadLetterStore(log, pipeline), pipeline, topic))
                .OfType<string>(),
        ];
    }

    /// <summary>Deletes a topic for good, with its records and the offsets that groups have in it.</summary>
    /// <exception cref="LogException">Somebody needs the topic; there is none of this name; or the log deletes no topics.</exception>
    /// <exception cref="CheckpointException">The checkpoints of a pipeline cannot be read.</exception>
    /// <example><code>
    /// await TopicDeletion.RunAsync(_log, "out", Cancelled);
    /// </code></example>
    public static async Task RunAsync(PartitionedLog log, string topic, CancellationToken cancellationToken = default)
    {
        if (ReasonsAgainst(log, topic) is { Count: > 0 } reasons)
            throw new LogException($"Topic '{topic}': it is needed, so it was not deleted. {string.Join(" ", reasons)}");
        await log.DeleteTopicAsync(topic, cancellationToken).ConfigureAwait(false);
    }

    private static string? NeedOf(PartitionedLog log, string pipeline, string topic)
    {
        var checkpoints = SavedCheckpoint.ReadAll(log, pipeline);
        if (checkpoints.Count == 0) return null;
        var forget = $"Forget it first, if the pipeline may begin anew ('dataflow pipelines forget {pipeline}').";
        if (topic.StartsWith($"{pipeline}.", StringComparison.Ordinal))
            return $"It belongs to pipeline '{pipeline}' by its name, and the pipeline has a checkpoint. {forget}";
        if (checkpoints.SelectMany(static found => found.Positions).Any(position => IsOf(position.Split, topic)))
            return $"The checkpoint of pipeline '{pipeline}' has a position in it, from which the next start reads. {forget}";
        return checkpoints.Any(static found => found is { Positions.Count: 0, IsFinished: false })
            ? $"The checkpoint of pipeline '{pipeline}' does not say what it reads: another version of Dataflow wrote it. {forget}" : null;
    }

    private static bool Needs(JobRun run, string topic)
        => topic.StartsWith($"{run.Plan.Pipeline}.", StringComparison.Ordinal)
            || run.Plan.Nodes.Any(node => node.Creates?.NameIn(run.Plan.Pipeline) == topic)
            || run.Splits.Places.Any(place => place.Source == topic || IsOf(place.Source, topic));

    /// <summary>Says whether letters name the topic's records: by their offsets, which a topic of its name would give to others.</summary>
    private static string? NeedOfLetters(DeadLetterStore letters, string pipeline, string topic)
    {
        if (topic == letters.Topic || topic == letters.ReplayedTopic) return null;
        try
        {
            if (!letters.ReadReplayed().Any(place => IsOf(place, topic)) && !letters.Read().Any(kept => IsOf(kept.Letter.Source, topic)))
                return null;
        }
        catch (SerdeException)
        {
            return $"The records of topic '{letters.Topic}' cannot be read as dead letters, so it is not known whether they name its "
                + "records. Delete or trim that topic first.";
        }

        return $"Pipeline '{pipeline}' has dead letters of its records, or has noted that they were replayed. Trim '{letters.Topic}' "
            + $"first, and then '{letters.ReplayedTopic}', if there is one: without its notes letters that are left could be replayed "
            + "twice.";
    }

    /// <summary>Whether a split or a place in one, such as <c>orders[3]</c>, is of a topic.</summary>
    private static bool IsOf(string place, string topic)
        => place.Length > topic.Length && place[topic.Length] == '[' && place.StartsWith(topic, StringComparison.Ordinal);
}
