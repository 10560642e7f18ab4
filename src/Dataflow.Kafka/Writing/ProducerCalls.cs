using System.Diagnostics;
using Confluent.Kafka;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Calls of a transactional producer that all writers make alike.</summary>
internal static class ProducerCalls
{
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1); // of waits, to notice the end of the job
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Makes a call in short slices until it is done; one that ran out of time goes on with the next, as long as an answer may
    /// come.</summary>
    /// <exception cref="KafkaException">The cluster refuses, or does not answer.</exception>
    public static void InSlices(Action<TimeSpan> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        for (var start = Stopwatch.GetTimestamp(); ; cancellationToken.WaitHandle.WaitOne(Pause))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                call(timeout < Slice ? timeout : Slice);
                return;
            }
            catch (KafkaRetriableException) when (Stopwatch.GetElapsedTime(start) < timeout)
            {
            }
        }
    }

    /// <summary>Hands a message to the client, waiting while its queue is full.</summary>
    /// <exception cref="ProduceException{TKey, TValue}">The client refuses it.</exception>
    public static void Produce(
        this IProducer<byte[], byte[]> producer, TopicPartition to, Message<byte[], byte[]> message,
        Action<DeliveryReport<byte[], byte[]>>? report, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                producer.Produce(to, message, report);
                return;
            }
            catch (ProduceException<byte[], byte[]> error) when (error.Error.Code == ErrorCode.Local_QueueFull)
            {
                cancellationToken.ThrowIfCancellationRequested();
                producer.Flush(Pause); // records leave the queue in time: sent, or given up after message.timeout.ms
            }
        }
    }

    /// <summary>The headers of a record as the client takes them; null where it has none.</summary>
    public static Headers? HeadersOf(in LogRecord record)
    {
        if (record.Headers.Count == 0) return null;
        var headers = new Headers();
        foreach (var header in record.Headers) headers.Add(header.Name, header.HasValue ? header.Value.ToArray() : null);
        return headers;
    }
}
