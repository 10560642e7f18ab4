using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Dataflow.Log;

/// <summary>Executes requests, one group at a time: while one group is being written to disk the next one is collected.</summary>
internal sealed class Committer(LogWriter writer, TaskScheduler scheduler, string directory, ILogger logger)
{
    private const long GroupBytes = 16 << 20;

    private readonly Lock _queueLock = new();
    private readonly Lock _writeLock = new();
    private readonly Queue<Request> _queue = [];
    private volatile LogFailedException? _failure;
    private bool _draining;
    private bool _isFull; // since the last commit
    private bool _closed;

    /// <summary>The reason why the store takes no more commits; null while it works.</summary>
    public LogFailedException? Failure => _failure;

    /// <summary>Queues a request; its task completes when it is done.</summary>
    /// <exception cref="ObjectDisposedException">The log was closed.</exception>
    public Task Enqueue(Request request)
    {
        lock (_queueLock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(LogStore));
            _queue.Enqueue(request);
            if (_draining) return request.Done;
            _draining = true;
            AssertInvariants();
        }
        _ = Task.Factory.StartNew(Drain, CancellationToken.None, TaskCreationOptions.None, scheduler);
        return request.Done;
    }

    /// <summary>Executes the queued requests on this thread, and writes a last checkpoint. Later requests are refused.</summary>
    public void Close()
    {
        lock (_queueLock)
        {
            if (_closed) return;
            _closed = true;
        }
        lock (_writeLock)
        {
            while (TakeGroup() is { Count: > 0 } group) Process(group);
            if (_failure is null) CloseWriter();
        }
    }

    private void CloseWriter()
    {
        try
        {
            writer.Close();
        }
        catch (Exception error)
        {
            throw FailureOf(error);
        }
    }

    private void Drain()
    {
        while (true)
        {
            lock (_writeLock)
            {
                var group = TakeGroup();
                if (group.Count == 0) return;
                Process(group);
            }
        }
    }

    /// <summary>Takes the next commits up to a group's size, or one request of another kind.</summary>
    private List<Request> TakeGroup()
    {
        var group = new List<Request>();
        var bytes = 0L;
        lock (_queueLock)
        {
            while (_queue.TryPeek(out var request))
            {
                var commitBytes = (request as CommitRequest)?.Commit.Bytes;
                if (group.Count > 0 && (commitBytes is null || bytes + commitBytes > GroupBytes)) break;
                group.Add(_queue.Dequeue());
                if (commitBytes is null) break;
                bytes += commitBytes.Value;
            }
            if (group.Count == 0) _draining = false;
            AssertInvariants();
        }
        return group;
    }

    /// <summary>Asserts the invariants, in debug builds; called under the lock.</summary>
    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_queueLock.IsHeldByCurrentThread, "The fields belong to the lock.");
        Debug.Assert(_draining || _closed || _queue.Count == 0, "Someone does what was asked for.");
    }

    private void Process(List<Request> group)
    {
        if (_failure is { } failure)
        {
            Fail(group, failure);
            return;
        }
        RefuseDeleted(group);
        if (group.Count == 0) return;
        try
        {
            Write(group);
        }
        catch (LogException refused) when (refused is not CorruptLogException)
        {
            Fail(group, refused);
            if (refused is LogFullException) TellWhetherFull(true);
            return;
        }
        catch (Exception error)
        {
            Fail(group, _failure = FailureOf(error));
            logger.LogFailed(_failure.Message);
            writer.StopReaders();
            return;
        }
        foreach (var request in group) request.Succeed();
        if (group[0] is CommitRequest) TellWhetherFull(false);
    }

    /// <summary>Fails the commits on topics that were deleted while they waited, and takes them out of the group.</summary>
    private void RefuseDeleted(List<Request> group)
        => group.RemoveAll(request =>
        {
            if (request is not CommitRequest { Commit: var commit } || writer.DeletedTopicOf(commit) is not { } name) return false;
            request.Fail(LogException.TopicDeleted(name));
            return true;
        });

    private void TellWhetherFull(bool isFull)
    {
        if (isFull == _isFull) return;
        _isFull = isFull;
        if (isFull) logger.LogIsFull(directory);
        else logger.LogHasRoom(directory);
    }

    private void Write(List<Request> group)
    {
        switch (group[0])
        {
            case CreateTopicRequest create:
                writer.CreateTopic(create.Name, create.Partitions, create.Settings);
                break;
            case DeleteTopicRequest delete:
                writer.DeleteTopic(delete.Topic);
                break;
            case ConfigureTopicRequest configure:
                writer.ConfigureTopic(configure.Topic, configure.Settings);
                break;
            case RetainRequest:
                writer.Retain();
                break;
            case TrimRequest trim:
                writer.Trim(trim.Partition, trim.StartOffset);
                break;
            default:
                var commits = group.ConvertAll(request => ((CommitRequest)request).Commit);
                writer.Commit(commits);
                foreach (var commit in commits) commit.Complete();
                break;
        }
    }

    private LogFailedException FailureOf(Exception error)
        => LogFailedException.Of(directory, error is SyncFailedException ? error.InnerException! : error);

    private static void Fail(List<Request> group, Exception error)
    {
        foreach (var request in group) request.Fail(error);
    }
}
