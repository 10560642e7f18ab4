using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>The last checkpoints of all processes that share a pipeline, as a run learns of them.</summary>
/// <remarks>It waits for none: one that was killed may have left a commit open, which only ends once another takes its work
/// over.</remarks>
internal sealed class OtherProcesses : IDisposable
{
    private const int MaxAttempts = 4;

    private readonly ManifestReader _manifests;
    private readonly PartitionReader _reader;
    private volatile NewestManifests _newest = NewestManifests.Of([], ShardSet.All);

    /// <exception cref="LogException">No copy can be read.</exception>
    public OtherProcesses(PartitionedLog log, CheckpointTopics topics)
    {
        for (var attempt = 0; ; attempt++)
        {
            PartitionReader? reader = null;
            try
            {
                var (copy, topic) = (attempt % CheckpointTopics.Copies, topics.Checkpoints);
                var end = topic.StableOffset(copy);
                (_reader, _manifests) = (reader = log.OpenReader(topic.Name, copy, topic.StartOffset(copy)), new ManifestReader());
                while (reader.TryReadBefore(end, out var batch)) Add(in batch);
                Take();
                return;
            }
            catch (Exception damage) when (CheckpointTopics.IsDamage(damage) && attempt < MaxAttempts)
            {
                reader?.Dispose(); // the other copy may be whole; or this one was trimmed just now
            }
        }
    }

    /// <summary>The last checkpoints. Safe for any thread.</summary>
    public NewestManifests Newest => _newest;

    /// <summary>Reads what is new.</summary>
    public void Look()
    {
        while (_reader.TryRead(out var batch)) Add(in batch);
        Take();
    }

    public void Dispose() => _reader.Dispose();

    private void Add(in RecordBatch batch)
    {
        foreach (var record in batch) _manifests.Add(in record);
    }

    private void Take()
    {
        if (_manifests.TakeAll() is not { Count: > 0 } found) return;
        _newest = NewestManifests.Of([.. _newest.All, .. found.Select(static found => found.Manifest)], ShardSet.All);
    }
}
