using Dataflow.Checkpoints;
using Dataflow.Log;

namespace Dataflow.Operations;

/// <summary>A checkpoint that a pipeline's next start carries on from, read from the log without the pipeline.</summary>
/// <param name="Number">The number of the checkpoint, from 1.</param>
/// <param name="Time">The time of its commit, by the job's clock.</param>
/// <param name="Process">The machine and the number of the process that wrote it.</param>
/// <param name="IsFinished">Whether the input had ended and every result was written.</param>
/// <param name="Positions">The position of each split; empty where another version of Dataflow wrote the checkpoint.</param>
public sealed record SavedCheckpoint(
    long Number, DateTimeOffset Time, string Process, bool IsFinished, IReadOnlyList<SavedPosition> Positions)
{
    /// <summary>Reads the checkpoints that the log holds of a pipeline, the newest last: of each process that shares the pipeline the last
    /// one counts. None: it has never run there, or all was forgotten.</summary>
    /// <exception cref="CheckpointException">They are damaged in both copies, or the topic of their name is no pipeline's.</exception>
    public static IReadOnlyList<SavedCheckpoint> ReadAll(PartitionedLog log, string pipeline)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (!CheckpointTopics.Exist(log, pipeline)) return [];
        var topic = log.GetTopic(CheckpointTopics.TopicOf(pipeline));
        return CheckpointTopics.ReadEither(
            Math.Min(CheckpointTopics.Copies, topic.PartitionCount),
            copy => Read(log, topic, copy),
            error => CheckpointException.NoneReadable(pipeline, topic.Name, error));
    }

    private static IReadOnlyList<SavedCheckpoint> Read(PartitionedLog log, LogTopic topic, int copy)
    {
        var (manifests, times) = (new ManifestReader(), new Dictionary<long, long>());
        var start = log.GetGroupOffset(topic.Name, topic.Name, copy) ?? topic.StartOffset(copy);
        using var reader = log.OpenReader(topic.Name, copy, start);
        while (reader.TryReadBefore(topic.EndOffset(copy), out var batch))
        {
            foreach (var record in batch)
            {
                times[record.Offset] = record.Timestamp;
                manifests.Add(in record);
            }
        }

        return [.. manifests.TakeAll().Select(found => Of(found.Manifest, times[found.Offset]))];
    }

    private static SavedCheckpoint Of(Manifest manifest, long timeMs)
        => new(manifest.Epoch, DateTimeOffset.FromUnixTimeMilliseconds(timeMs), manifest.Process, manifest.IsFinished, [
            .. manifest.Positions.Select(static position => new SavedPosition(position.Name, position.Position, position.IsFinished))]);
}

/// <summary>The progress of a split in a checkpoint.</summary>
/// <param name="Split">The split's name, such as <c>flights[3]</c>.</param>
/// <param name="Position">The position that the next start reads from; in a topic, an offset.</param>
/// <param name="IsFinished">Whether it was read to its end.</param>
public sealed record SavedPosition(string Split, long Position, bool IsFinished);
