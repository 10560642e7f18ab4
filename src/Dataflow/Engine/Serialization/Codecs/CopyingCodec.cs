namespace Dataflow.Serialization;

/// <summary>Reads values with a codec that does not lend texts, where others that do are around it.</summary>
internal sealed class CopyingCodec<T>(ValueCodec<T> codec) : ValueCodec<T>
{
    public override void Write(ref ValueWriter writer, T value) => codec.Write(ref writer, value);

    public override T Read(ref ValueReader reader)
    {
        var lease = reader.CopyTexts();
        var value = codec.Read(ref reader);
        reader.Lend(lease);
        return value;
    }
}
