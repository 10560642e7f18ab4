using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>The form of a pipeline's values in a topic's records. Made for one reader or writer, with the serdes of its pipeline.</summary>
internal abstract class RecordForm<T> : ReadForm<T>
{
    /// <summary>Readies the form to write to a topic.</summary>
    /// <exception cref="ConnectorException">Its schema cannot be had.</exception>
    public abstract void Open(string topic);

    /// <summary>Makes a record of a value.</summary>
    public abstract void Write(T value, RecordToWrite record);
}

/// <summary>The form of a pipeline's values in records that are read.</summary>
internal abstract class ReadForm<T>
{
    /// <summary>Whether values need headers and the topic's name, which cost memory for each record.</summary>
    public virtual bool NeedsAll => false;

    /// <summary>Whether a record without a value has no meaning.</summary>
    public virtual bool NeedsValue => false;

    /// <summary>Makes a value of a record.</summary>
    public abstract T Read(ConsumeResult<Bytes, Bytes> record);
}
