using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Serialization;

/// <summary>A formatter of MessagePack's library, or of the user, where a codec is asked for.</summary>
internal sealed class FormatterCodec<T>(IMessagePackFormatter<T> formatter, MessagePackSerializerOptions options) : ValueCodec<T>
{
    public IMessagePackFormatter<T> Formatter => formatter;

    public override void Write(ref ValueWriter writer, T value)
    {
        var library = writer.Library();
        formatter.Serialize(ref library, value, options);
        library.Flush();
    }

    public override T Read(ref ValueReader reader)
    {
        var library = reader.Library();
        return reader.Past(in library, formatter.Deserialize(ref library, options));
    }
}
