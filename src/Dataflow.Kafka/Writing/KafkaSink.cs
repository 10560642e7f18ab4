using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Writes to a topic: in the checkpoint's own commit where the job's log is on the same cluster, and else by an outbox on the
/// log.</summary>
internal sealed class KafkaSink<T>(string topic, KafkaCluster kafka, Func<RecordForm<T>> newForm) : Sink<T>
{
    public override string Name => $"kafka:{topic}";

    public override string Guarantee => "Kafka, exactly once for readers of committed records";

    public override bool MayBeShared => true;

    public override bool MayBeSharedOn(PartitionedLog log) => log is KafkaLog own && own.IsOn(kafka);

    public override void CheckTypes() => _ = newForm();

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        var form = newForm();
        form.Open(topic);
        var maker = new RecordMaker<T>(topic, kafka, form);
        if (context.Log is not KafkaLog log || !log.IsOn(kafka)) return OpenRelay(maker, state, context);
        if (!state.IsEmpty)
        {
            using var before = OpenRelay(maker, state, context); // of checkpoints when log and sink were on two clusters
            before.Finish();
        }

        _ = ClusterQuestion.Ask(kafka, $"topic '{topic}'", admin => new TopicNames(topic).Find(kafka, admin, kafka.Timeout));
        return new CommittedWriter<T>(maker, log.GetTopicAnew(topic), context.Time);
    }

    private RelayedWriter<T> OpenRelay(RecordMaker<T> maker, ReadOnlyMemory<byte> state, SinkContext context)
    {
        var outbox = OpenOutbox(context);
        var life = state.IsEmpty ? Guid.NewGuid() : new Guid(state.Span);
        var writer = new TransactionalWriter(kafka, topic, $"dataflow.{context.Pipeline}.{topic}", life, context.Time);
        try
        {
            var position = writer.Begin(isNew: state.IsEmpty, outbox, context.Stopping);
            return new RelayedWriter<T>(maker, outbox, new Relay(context.Log, outbox, position, writer), life, context);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    private LogTopic OpenOutbox(SinkContext context)
    {
        var name = $"{context.Pipeline}.{topic}.outbox";
        return context.Log.TryGetTopic(name, out var outbox)
            ? outbox : context.Log.CreateTopicAsync(name, 1, context.Stopping).AsTask().GetAwaiter().GetResult();
    }
}
