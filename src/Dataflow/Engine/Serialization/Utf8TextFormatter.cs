using System.Buffers;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Serialization;

/// <summary>Writes texts as strings, and reads what was written as one.</summary>
internal sealed class Utf8TextFormatter : IMessagePackFormatter<Utf8>
{
    public void Serialize(ref MessagePackWriter writer, Utf8 value, MessagePackSerializerOptions options) => writer.WriteString(value.Span);

    public Utf8 Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.NextMessagePackType == MessagePackType.Extension)
            throw new MessagePackSerializationException("The text has half of a surrogate pair, which has no UTF-8.");
        if (reader.ReadStringSequence() is not { } text)
            throw new MessagePackSerializationException("The text is null, and a Utf8 is not: make the member a Utf8?.");
        return text.IsSingleSegment ? new(text.FirstSpan) : new(text.ToArray());
    }
}
