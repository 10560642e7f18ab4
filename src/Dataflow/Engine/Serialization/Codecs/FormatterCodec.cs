using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Serialization;

/// <summary>A formatter where a codec is asked for.</summary>
internal sealed class FormatterCodec<T>(IMessagePackFormatter<T> formatter, MessagePackSerializerOptions options) : ValueCodec<T>
{
    public override void Write(ref ValueWriter writer, T value) => writer.Write(formatter, value, options);

    public override T Read(ref ValueReader reader) => reader.Read(formatter, options);
}
