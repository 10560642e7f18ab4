using Dataflow.Log.Segments;

namespace Dataflow.Log;

/// <summary>A request to the committer.</summary>
internal abstract class Request(CancellationToken cancellationToken)
{
    private readonly Completion _completion = new(cancellationToken);

    public Task Done => _completion.Task;

    public void Succeed() => _completion.Succeed();

    public virtual void Fail(Exception error) => _completion.Fail(error);
}

internal sealed class CommitRequest(LogCommit commit, CancellationToken cancellationToken) : Request(cancellationToken)
{
    public LogCommit Commit { get; } = commit;

    public override void Fail(Exception error)
    {
        if (error is LogFullException) Commit.Reopen();
        else Commit.ReleaseRecords();
        base.Fail(error);
    }
}

internal sealed class CreateTopicRequest(string name, int partitions, TopicSettings settings, CancellationToken cancellationToken)
    : Request(cancellationToken)
{
    public string Name { get; } = name;

    public int Partitions { get; } = partitions;

    public TopicSettings Settings { get; } = settings;
}

internal sealed class DeleteTopicRequest(StoreTopic topic, CancellationToken cancellationToken) : Request(cancellationToken)
{
    public StoreTopic Topic { get; } = topic;
}

internal sealed class ConfigureTopicRequest(StoreTopic topic, TopicSettings settings, CancellationToken cancellationToken)
    : Request(cancellationToken)
{
    public StoreTopic Topic { get; } = topic;

    public TopicSettings Settings { get; } = settings;
}

/// <summary>Deletes records beyond the topics' retention; nobody waits for it.</summary>
internal sealed class RetainRequest() : Request(CancellationToken.None)
{
    public override void Fail(Exception error) => Succeed(); // a failed log reports that to all others; a full disk is retried
}

internal sealed class TrimRequest(Partition partition, long startOffset, CancellationToken cancellationToken) : Request(cancellationToken)
{
    public Partition Partition { get; } = partition;

    public long StartOffset { get; } = startOffset;
}
