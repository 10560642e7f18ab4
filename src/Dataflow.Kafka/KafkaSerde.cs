namespace Dataflow.Kafka;

/// <summary>A serde whose bytes depend on the topic that they are written to, as those of a schema registry do.</summary>
/// <remarks>A <see cref="ConnectorException"/> of <see cref="Serde{T}.Read"/> stops the job: it says that the record could not be read now,
/// not that it is wrong.</remarks>
public abstract class KafkaSerde<T> : Serde<T>
{
    /// <summary>Returns the serde that writes to a topic. A sink calls this each time it opens; it may ask a server and wait for the
    /// answer.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="isKey">Whether keys are written, not values.</param>
    /// <exception cref="ConnectorException">The answer did not come, or refuses the type.</exception>
    public abstract Serde<T> ToWrite(string topic, bool isKey);
}

internal static class TopicSerdes
{
    extension<T>(Serde<T> serde)
    {
        /// <summary>The serde as it writes to a topic.</summary>
        public Serde<T> For(string topic, bool isKey) => serde is KafkaSerde<T> open ? open.ToWrite(topic, isKey) : serde;
    }
}
