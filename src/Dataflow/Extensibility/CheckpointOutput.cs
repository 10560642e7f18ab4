using Dataflow.Log;

namespace Dataflow.Extensibility;

/// <summary>A checkpoint's output to topics, committed atomically with positions and state.</summary>
public sealed class CheckpointOutput
{
    internal List<(LogTopic Topic, int Partition, RecordBuffer Records)> Appends { get; } = [];

    /// <summary>Adds records to the checkpoint's commit on the log. Takes ownership of the buffer.</summary>
    public void Append(LogTopic topic, int partition, RecordBuffer records) => Appends.Add((topic, partition, records));
}
