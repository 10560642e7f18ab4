using Dataflow.Log.Segments;

namespace Dataflow.Log;

/// <summary>Something that the committer does in its turn.</summary>
internal abstract class Request
{
    // The caller's code must not run inside the committer.
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => _done.Task;

    public void Succeed() => _done.SetResult();

    public virtual void Fail(Exception error) => _done.SetException(error);
}

internal sealed class CommitRequest(LogCommit commit) : Request
{
    public LogCommit Commit { get; } = commit;

    public override void Fail(Exception error)
    {
        if (error is LogFullException) Commit.Reopen();
        else Commit.ReleaseRecords();
        base.Fail(error);
    }
}

internal sealed class CreateTopicRequest(string name, int partitions) : Request
{
    public string Name { get; } = name;

    public int Partitions { get; } = partitions;
}

internal sealed class TrimRequest(Partition partition, long startOffset) : Request
{
    public Partition Partition { get; } = partition;

    public long StartOffset { get; } = startOffset;
}
