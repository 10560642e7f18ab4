using System.Diagnostics;
using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>A process's place in a consumer group, which decides what work each process has: one unit for each partition of a topic.
/// Nothing is read.</summary>
/// <remarks>The protocol is the cooperative one, so that what does not move goes on. Its events come on the thread that polls; all members
/// may be called from any thread.</remarks>
internal sealed class GroupConsumer : IDisposable
{
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(100);

    // Kafka's 45 s is long for a take-over; and so are its 3 s until the others learn that a process has died.
    private static readonly Dictionary<string, string> s_defaults = new()
    {
        ["session.timeout.ms"] = "10000",
        ["heartbeat.interval.ms"] = "500",
    };

    private readonly KafkaCluster _kafka;
    private readonly Lock _lock = new();
    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly Thread _polling;
    private readonly SortedSet<int> _assigned = [];
    private TaskCompletionSource _changed = NewEvent();
    private TaskCompletionSource<bool> _moving = NewMoving();
    private TaskCompletionSource<IReadOnlyList<int>> _coming = NewComing();
    private TaskCompletionSource? _released; // of units that are to be given up
    private HashSet<int> _inUse = [];
    private Error? _failure;
    private bool _wasAssigned;
    private volatile bool _isClosing;

    public GroupConsumer(KafkaCluster kafka, string group, string topic)
    {
        _kafka = kafka;
        _consumer = new ConsumerBuilder<Ignore, Ignore>(kafka.ToClient(s_defaults, new Dictionary<string, string>
        {
            ["group.id"] = group,
            ["partition.assignment.strategy"] = "cooperative-sticky",
            ["enable.auto.commit"] = "false",
            ["auto.offset.reset"] = "latest",
        })).SetLogHandler(static (_, _) => { }).SetErrorHandler((_, error) => Fail(error))
            .SetPartitionsAssignedHandler((_, partitions) => Assign(partitions.Select(static partition => partition.Partition.Value)))
            .SetPartitionsRevokedHandler((_, partitions) => Revoke([.. partitions.Select(static partition => partition.Partition.Value)]))
            .SetPartitionsLostHandler((_, _) => Lose())
            .Build();
        _consumer.Subscribe(topic);
        _polling = new Thread(Poll) { IsBackground = true, Name = $"dataflow group {group}" };
        _polling.Start();
    }

    /// <summary>Completes when the units change that were taken last: see <see cref="Log.LogMembership.Moving"/>.</summary>
    public Task<bool> Moving
    {
        get
        {
            lock (_lock) return _moving.Task;
        }
    }

    /// <summary>Completes when units come beside those in use: see <see cref="Log.LogMembership.Coming"/>.</summary>
    public Task<IReadOnlyList<int>> Coming
    {
        get
        {
            lock (_lock) return _coming.Task;
        }
    }

    /// <summary>The units that the process keeps of those it has, once it has given up what others are to have.</summary>
    public IReadOnlyList<int> Kept
    {
        get
        {
            lock (_lock) return [.. _assigned];
        }
    }

    /// <summary>Gives up the units that others are to have: nothing more will be done for them.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _inUse = [];
            _released?.TrySetResult();
            _released = null;
        }
    }

    /// <summary>Takes the units that the process has now.</summary>
    /// <param name="longest">The time to wait for units while others have all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="KafkaException">The cluster refuses, or the process could not join.</exception>
    public async Task<IReadOnlyList<int>> TakeAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        for (var start = Stopwatch.GetTimestamp(); ; cancellationToken.ThrowIfCancellationRequested())
        {
            Task changed;
            lock (_lock)
            {
                if (_failure is not null) throw new KafkaException(_failure);
                var waited = Stopwatch.GetElapsedTime(start);
                if (_assigned.Count > 0 || (_wasAssigned && waited >= longest)) return Take();
                if (!_wasAssigned && waited >= longest + _kafka.Timeout)
                    throw new KafkaException(new Error(ErrorCode.Local_TimedOut, "the group's coordinator does not answer"));
                changed = _changed.Task;
            }

            await Task.WhenAny(changed, Task.Delay(PollWait, cancellationToken)).ConfigureAwait(false);
        }
    }

    /// <summary>Says that the process is ready for the units that come.</summary>
    public void Prepared()
    {
        lock (_lock) _moving.TrySetResult(true);
    }

    /// <summary>Says that another process can commit for the units now, and this one cannot.</summary>
    public void ShutOut()
    {
        lock (_lock) _moving.TrySetResult(false);
    }

    public void Dispose()
    {
        Release();
        _isClosing = true;
        _polling.Join();
    }

    private static TaskCompletionSource NewEvent() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<bool> NewMoving() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<IReadOnlyList<int>> NewComing() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<int> Take()
    {
        _inUse = [.. _assigned];
        (_moving, _coming) = (NewMoving(), NewComing());
        return [.. _assigned];
    }

    private void Poll()
    {
        try
        {
            while (!_isClosing) PollOnce();
            _consumer.Close();
        }
        catch (KafkaException)
        {
            // The cluster does not answer; it finds out by itself that the process has left.
        }
        finally
        {
            _consumer.Dispose();
        }
    }

    private void PollOnce()
    {
        try
        {
            _ = _consumer.Consume(PollWait);
            _consumer.Pause(_consumer.Assignment);
        }
        catch (ConsumeException error)
        {
            Fail(error.Error);
            Thread.Sleep(PollWait);
        }
        catch (KafkaException)
        {
            // A partition was taken away meanwhile.
        }
    }

    private void Assign(IEnumerable<int> units)
    {
        lock (_lock)
        {
            List<int> coming = [.. units.Except(_assigned)];
            _assigned.UnionWith(coming);
            _wasAssigned = true;
            _failure = null;
            if (coming.Count > 0 && _inUse.Count == 0) _moving.TrySetResult(true);
            else if (coming.Count > 0) Offer(coming);
            Change();
        }
    }

    /// <summary>Hands out units beside those in use. They are in use, too: they are claimed next.</summary>
    private void Offer(List<int> units)
    {
        _inUse.UnionWith(units);
        _coming.TrySetResult(units);
    }

    private void Revoke(HashSet<int> units)
    {
        Task? released = null;
        lock (_lock)
        {
            _assigned.ExceptWith(units);
            if (_inUse.Overlaps(units) && !_isClosing)
            {
                _released = NewEvent();
                released = _released.Task;
            }

            _moving.TrySetResult(true);
            Change();
        }

        released?.Wait();
    }

    private void Lose()
    {
        lock (_lock)
        {
            _moving.TrySetResult(false);
            _released?.TrySetResult();
            _assigned.Clear();
            Change();
        }
    }

    private void Change()
    {
        _changed.TrySetResult();
        _changed = NewEvent();
    }

    private void Fail(Error error)
    {
        if (!error.IsFatal && error.Code is not (ErrorCode.GroupAuthorizationFailed or ErrorCode.TopicAuthorizationFailed
            or ErrorCode.FencedInstanceId)) return;
        lock (_lock)
        {
            _failure = error;
            _moving.TrySetResult(false);
            Change();
        }
    }
}
