namespace Dataflow.Kafka;

/// <summary>Makes records of a sink's values that the client may send.</summary>
internal sealed class RecordMaker<T>(string topic, KafkaCluster kafka, RecordForm<T> form)
{
    private const int UsualMaxBytes = 1_000_000; // librdkafka's

    private readonly int _maxBytes = kafka.Number("message.max.bytes", UsualMaxBytes);
    private readonly RecordToWrite _record = new();

    /// <summary>Makes the record of a value, in the memory of the one before.</summary>
    /// <exception cref="ConnectorException">It is too large.</exception>
    public RecordToWrite Make(T value)
    {
        _record.Clear();
        form.Write(value, _record);
        return _record.Bytes <= _maxBytes ? _record : throw KafkaErrors.TooLarge(kafka, topic, _record.Bytes, _maxBytes);
    }
}
