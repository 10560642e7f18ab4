using System.Buffers;

namespace Dataflow;

/// <summary>The keys under which a topic's records are written.</summary>
internal abstract class TopicKeys<TIn>
{
    public abstract void Write(TIn record, IBufferWriter<byte> bytes);

    /// <summary>Adds the keys to the description of the values that are written with them.</summary>
    public abstract TopicValues AddTo(TopicValues values);
}

/// <summary>The keys of a keyed stream.</summary>
internal sealed class StreamKeys<TKey, T> : TopicKeys<Keyed<TKey, T>>
    where TKey : notnull
{
    public override void Write(Keyed<TKey, T> record, IBufferWriter<byte> bytes) => KeyCodec<TKey>.Default.WriteNormal(record.Key, bytes);

    public override TopicValues AddTo(TopicValues values) => values.WithKeys(KeyCodec<TKey>.Default);
}
