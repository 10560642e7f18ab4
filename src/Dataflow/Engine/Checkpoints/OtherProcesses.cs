using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>The last checkpoints of all processes that share a pipeline, as a run learns of them.</summary>
internal sealed class OtherProcesses(PartitionedLog log, CheckpointTopics topics) : IDisposable
{
    private readonly PartitionReader _reader = log.OpenReader(topics.Checkpoints.Name, 0, topics.Checkpoints.EndOffset(0));
    private readonly ManifestReader _manifests = new();
    private volatile NewestManifests _newest = NewestManifests.Of(topics.Read(), ShardSet.All);

    /// <summary>The last checkpoints. Safe for any thread.</summary>
    public NewestManifests Newest => _newest;

    /// <summary>Reads what is new.</summary>
    public void Look()
    {
        while (_reader.TryRead(out var batch))
        {
            foreach (var record in batch) _manifests.Add(in record);
        }

        if (_manifests.TakeAll() is not { Count: > 0 } found) return;
        _newest = NewestManifests.Of([.. _newest.All, .. found.Select(static found => found.Manifest)], ShardSet.All);
    }

    public void Dispose() => _reader.Dispose();
}
