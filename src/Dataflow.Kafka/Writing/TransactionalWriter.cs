using Confluent.Kafka;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Writes records of an outbox to a topic, in transactions that also write how far they have come in the outbox. For one thread at
/// a time.</summary>
internal sealed class TransactionalWriter : IDisposable
{
    private const long MaxTransactionBytes = 32 << 20;
    private const int UsualTransactionTimeoutMs = 60_000; // librdkafka's
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, string> s_defaults = new()
    {
        ["queue.buffering.max.kbytes"] = "65536",
        ["queue.buffering.max.messages"] = "1000000",
    };

    private readonly KafkaCluster _kafka;
    private readonly string _topic;
    private readonly string _transactionalId;
    private readonly PositionTopic _positions;
    private readonly Guid _life;
    private readonly TimeProvider _time;
    private readonly TimeSpan _longestTransaction;
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly Message<byte[], byte[]> _message = new();
    private byte[] _key = [];
    private byte[] _value = [];
    private bool _isOpen; // whether a transaction is
    private bool _isCommitting; // it may be committed, though the answer did not come

    /// <param name="kafka">The cluster.</param>
    /// <param name="topic">The topic to write to.</param>
    /// <param name="transactionalId">The name of all writers of the pipeline to the topic, of which one may write at a time.</param>
    /// <param name="life">The outbox that the pipeline writes to, from its start to the moment in which it is forgotten.</param>
    /// <param name="time">The job's clock.</param>
    public TransactionalWriter(KafkaCluster kafka, string topic, string transactionalId, Guid life, TimeProvider time)
    {
        (_kafka, _topic, _transactionalId, _life, _time) = (kafka, topic, transactionalId, life, time);
        _positions = new PositionTopic(kafka, $"{transactionalId}.position");
        _longestTransaction = TimeSpan.FromMilliseconds(kafka.Number("transaction.timeout.ms", UsualTransactionTimeoutMs)) / 2;
        var own = new Dictionary<string, string>
        {
            ["transactional.id"] = transactionalId,
            ["partitioner"] = "murmur2_random", // that of Java's client
            ["dotnet.producer.delivery.report.fields"] = "none",
        };
        _producer = new ProducerBuilder<byte[], byte[]>(kafka.ToClient(s_defaults, own)).SetLogHandler(static (_, _) => { }).Build();
    }

    /// <summary>Shuts out any writer before this one, ends its transactions, and finds the position in the outbox.</summary>
    /// <param name="isNew">Whether no checkpoint covers an earlier position: what the outbox has is of a life that is forgotten.</param>
    /// <param name="outbox">The outbox.</param>
    /// <param name="cancellationToken">Ends the waits.</param>
    /// <exception cref="ConnectorException">The cluster refuses, does not answer, or no longer knows the position.</exception>
    public long Begin(bool isNew, LogTopic outbox, CancellationToken cancellationToken)
    {
        _ = ClusterQuestion.Ask(_kafka, Where, admin => new TopicNames(_topic).Find(_kafka, admin, _kafka.Timeout));
        _positions.Create();
        try
        {
            // Ends transactions of others, so that what is read next is final.
            ProducerCalls.InSlices(_producer.InitTransactions, _kafka.Timeout, cancellationToken);
            var (start, end) = (outbox.StartOffset(0), outbox.EndOffset(0));
            var known = isNew ? null : _positions.ReadLast(cancellationToken);
            if (known is { } last)
                return last.Life == _life && last.Offset >= start && last.Offset <= end
                    ? last.Offset : throw KafkaErrors.PositionUnfit(_kafka, _topic, last.Life == _life, last.Offset, start, end);
            if (!isNew && start < end) throw KafkaErrors.PositionLost(_kafka, _topic, _positions.Name, start, end);
            Open();
            Commit(end, cancellationToken);
            return end;
        }
        catch (KafkaException error)
        {
            throw Named(error.Error);
        }
    }

    /// <summary>Writes what the outbox has next, up to some size, in a transaction.</summary>
    /// <returns>The bytes that it read.</returns>
    /// <exception cref="ConnectorException">The transaction could not be completed; nothing of it is visible.</exception>
    public long Write(PartitionReader outbox, CancellationToken cancellationToken)
    {
        var from = outbox.Position;
        Error? failed = null;
        try
        {
            try
            {
                return Transact(outbox, report: null, cancellationToken);
            }
            catch (KafkaException error) when (error is KafkaTxnRequiresAbortException || !(_isCommitting || error.Error.IsFatal))
            {
                // Once more, now with the fate of each record, which costs memory and says what is wrong.
                Abort(cancellationToken);
                outbox.Seek(from);
                return Transact(outbox, delivery => failed ??= delivery.Error.IsError ? delivery.Error : null, cancellationToken);
            }
        }
        catch (KafkaException error)
        {
            throw Named(failed ?? error.Error);
        }
    }

    public void Dispose()
    {
        try
        {
            // Readers of committed records would wait for its end until it times out.
            if (_isOpen && !_isCommitting) _producer.AbortTransaction(Farewell);
        }
        catch (KafkaException)
        {
            // The broker or the next writer ends it.
        }

        _producer.Dispose();
    }

    private string Where => $"topic '{_topic}'";

    private long Transact(PartitionReader outbox, Action<DeliveryReport<byte[], byte[]>>? report, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var bytes = 0L;
        Open();
        while (bytes < MaxTransactionBytes && _time.GetElapsedTime(start) < _longestTransaction && outbox.TryRead(out var batch))
        {
            foreach (var record in batch) Produce(in record, now, report, cancellationToken);
            bytes += batch.Bytes.Length;
        }

        Commit(outbox.Position, cancellationToken);
        return bytes;
    }

    private void Open()
    {
        _producer.BeginTransaction();
        (_isOpen, _isCommitting) = (true, false);
    }

    // Not as a group's offset: SendOffsetsToTransaction hangs after the loss of a coordinator (librdkafka 5456, 5511), and brokers forget
    // offsets after a week.
    private void Commit(long position, CancellationToken cancellationToken)
    {
        var value = new OutboxPosition(_life, position).ToBytes();
        _producer.Produce(_positions.Name, new Message<byte[], byte[]> { Key = PositionTopic.Key, Value = value });
        _isCommitting = true;
        ProducerCalls.InSlices(_producer.CommitTransaction, _kafka.Timeout, cancellationToken);
        _isOpen = false;
    }

    private void Abort(CancellationToken cancellationToken)
    {
        ProducerCalls.InSlices(_producer.AbortTransaction, _kafka.Timeout, cancellationToken);
        _isOpen = false;
    }

    private void Produce(
        in LogRecord record, long now, Action<DeliveryReport<byte[], byte[]>>? report, CancellationToken cancellationToken)
    {
        _message.Key = record.HasKey ? CopyOf(record.Key.Span, ref _key) : null!;
        _message.Value = record.HasValue ? CopyOf(record.Value.Span, ref _value) : null!;
        // Brokers delete what is old, and refuse what is to come.
        _message.Timestamp = record.Timestamp > 0 && record.Timestamp <= now
            ? new Timestamp(record.Timestamp, TimestampType.CreateTime) : Timestamp.Default;
        _message.Headers = ProducerCalls.HeadersOf(in record);
        _producer.Produce(new TopicPartition(_topic, Partition.Any), _message, report, cancellationToken);
    }

    // The client takes whole arrays, and copies them at once: one of the right length can be used again.
    private static byte[] CopyOf(ReadOnlySpan<byte> bytes, ref byte[] array)
    {
        if (array.Length != bytes.Length) array = new byte[bytes.Length];
        bytes.CopyTo(array);
        return array;
    }

    private ConnectorException Named(Error error)
        => KafkaErrors.IsFencing(error) ? KafkaErrors.Fenced(_kafka, _topic, _transactionalId)
        : KafkaErrors.Of(_kafka, Where, error);
}
