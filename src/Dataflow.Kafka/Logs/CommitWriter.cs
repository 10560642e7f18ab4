using Confluent.Kafka;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Writes commits of one owner, each as a transaction, in the order of the calls.</summary>
/// <remarks>The transactional id is the owner's: a later writer of the same owner shuts this one out. A commit whose answer was lost ends
/// the writer; the next one settles it, before it reads anything.</remarks>
internal sealed class CommitWriter : IDisposable
{
    private readonly KafkaCluster _kafka;
    private readonly string _id;
    private readonly ClientErrors _errors = new();
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly Message<byte[], byte[]> _message = new();
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;
    private volatile LogException? _failure;
    private volatile DeliveryReport<byte[], byte[]>? _refused; // the first record of the commit that was not taken

    /// <param name="kafka">The cluster.</param>
    /// <param name="id">The transactional id.</param>
    /// <param name="longest">The time in which the cluster must have ended what earlier writers of the id left open.</param>
    /// <exception cref="KafkaException">The cluster refuses or does not answer.</exception>
    public CommitWriter(KafkaCluster kafka, string id, TimeSpan longest)
    {
        (_kafka, _id) = (kafka, id);
        _producer = new ProducerBuilder<byte[], byte[]>(kafka.ToClient(
            [
                new("queue.buffering.max.kbytes", "65536"),
                new("queue.buffering.max.messages", "1000000"),
                new("message.max.bytes", $"{KafkaLog.MaxRecordBytes}"),
            ],
            [
                new("transactional.id", id),
                new("dotnet.producer.enable.background.poll", "false"), // a thread that polls beside a commit makes that wait, up to 10 ms
            ])).SetLogHandler(static (_, _) => { }).SetErrorHandler((_, error) => _errors.Add(error)).Build();
        try
        {
            ProducerCalls.InSlices(_producer.InitTransactions, longest, CancellationToken.None);
        }
        catch
        {
            _producer.Dispose();
            throw;
        }
    }

    /// <summary>Whether it has ended: the outcome of its last commit is not known, or it was shut out.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>Writes a commit behind those before it.</summary>
    /// <returns>The offsets of each append's first record, -1 where it has none, and those of the records of group offsets.</returns>
    /// <exception cref="RefusedException">Nothing of it is visible.</exception>
    /// <exception cref="LogException">The writer has ended.</exception>
    public Task<long[]> WriteAsync(LogCommit commit)
    {
        lock (_lock)
        {
            var written = _last.ContinueWith(
                _ => Write(commit), CancellationToken.None, TaskContinuationOptions.DenyChildAttach, TaskScheduler.Default);
            _last = written;
            return written;
        }
    }

    public void Dispose()
    {
        Task last;
        lock (_lock) last = _last;
        ((IAsyncResult)last).AsyncWaitHandle.WaitOne(_kafka.Timeout);
        _producer.Dispose();
    }

    private long[] Write(LogCommit commit)
    {
        if (_failure is { } failure) throw failure;
        _refused = null;
        try
        {
            _producer.BeginTransaction();
            var offsets = Produce(commit);
            ProducerCalls.InSlices(_producer.CommitTransaction, _kafka.Timeout, CancellationToken.None);
            return offsets;
        }
        catch (KafkaException error)
        {
            var named = Named(error, commit);
            throw IsGivenUp(error) ? new RefusedException(named) : _failure = named;
        }
    }

    private long[] Produce(LogCommit commit)
    {
        var offsets = new long[commit.Appends.Count + commit.Offsets.Count];
        for (var i = 0; i < commit.Appends.Count; i++)
        {
            offsets[i] = -1;
            var (index, append) = (i, commit.Appends[i]);
            var to = new TopicPartition(append.Topic.Name, append.Partition);
            Action<DeliveryReport<byte[], byte[]>>? report = delivery => offsets[index] = OffsetOf(delivery);
            foreach (var record in append.Records)
            {
                Produce(to, in record, report);
                report = null; // the first tells where they are
            }
        }

        for (var i = 0; i < commit.Offsets.Count; i++)
        {
            var index = commit.Appends.Count + i;
            Produce(commit.Offsets[i], delivery => offsets[index] = OffsetOf(delivery));
        }

        return offsets;
    }

    /// <summary>Returns where a record is; if it was not taken, remembers it, as what the transaction fails for.</summary>
    private long OffsetOf(DeliveryReport<byte[], byte[]> delivery)
    {
        // Others are given up with the first.
        if (delivery.Error.IsError && delivery.Error.Code is not (ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight))
            _refused ??= delivery;
        return delivery.Offset;
    }

    private void Produce(TopicPartition to, in LogRecord record, Action<DeliveryReport<byte[], byte[]>>? report)
    {
        _message.Key = record.HasKey ? record.Key.ToArray() : null!;
        _message.Value = record.HasValue ? record.Value.ToArray() : null!;
        _message.Timestamp = new Timestamp(record.Timestamp, TimestampType.CreateTime);
        _message.Headers = ProducerCalls.HeadersOf(in record);
        _producer.Produce(to, _message, report, CancellationToken.None);
    }

    private void Produce(GroupOffset offset, Action<DeliveryReport<byte[], byte[]>> report)
    {
        (_message.Key, _message.Value) = GroupOffsets.RecordOf(offset);
        (_message.Timestamp, _message.Headers) = (Timestamp.Default, null);
        _producer.Produce(
            new TopicPartition(GroupOffsets.TopicOf(offset.Group), 0), _message, report, CancellationToken.None);
    }

    /// <summary>Gives a transaction up; false if its end is not known or the writer is shut out.</summary>
    private bool IsGivenUp(KafkaException error)
    {
        if (error.Error.IsFatal || error is KafkaRetriableException) return false;
        try
        {
            ProducerCalls.InSlices(_producer.AbortTransaction, _kafka.Timeout, CancellationToken.None);
            return true;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private LogException Named(KafkaException error, LogCommit commit)
    {
        _producer.Poll(TimeSpan.Zero); // the client tells of errors only when it is asked
        return KafkaErrors.IsFencing(error.Error) ? KafkaErrors.FencedInLog(_kafka, _id)
            : _errors.Hopeless.IsCompletedSuccessfully ? KafkaErrors.OfLog(_kafka, $"commits of '{_id}'", _errors.Hopeless.Result)
            : _refused is { } refused ? KafkaErrors.OfLog(_kafka, $"topic '{refused.Topic}'", refused.Error)
            : KafkaErrors.OfLog(_kafka, $"a commit of '{_id}' to {TopicsOf(commit)}", error.Error);
    }

    private static string TopicsOf(LogCommit commit)
        => string.Join(", ", commit.Appends.Select(static append => $"'{append.Topic.Name}'").Distinct());
}

/// <summary>Another process has shut the owner of a commit out.</summary>
internal sealed class ShutOutException(string message) : LogException(message);

/// <summary>A commit left no trace and may be written again.</summary>
internal sealed class RefusedException(LogException reason) : Exception(reason.Message, reason)
{
    public LogException Reason { get; } = reason;
}
