using System.Buffers;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Features;

/// <summary>A label on its way through a service's views, with the values found so far: without arrays until there are values, since most
/// rows wait for the watermark in that form.</summary>
[MessagePackFormatter(typeof(FeatureRowFormatter<>))]
internal record struct FeatureRow<TLabel>(TLabel Label, FeatureValue[]? Values, FeaturePosition[]? Positions, RecordOrigin Origin)
{
    /// <summary>Gives the row its arrays, if it has none yet.</summary>
    public void Open(FeatureNames names)
    {
        Values ??= new FeatureValue[names.All.Count];
        Positions ??= new FeaturePosition[names.Views];
    }
}

/// <summary>Writes rows as an array: label, values, positions, split and offset.</summary>
internal sealed class FeatureRowFormatter<TLabel> : IMessagePackFormatter<FeatureRow<TLabel>>
{
    private const int Fields = 5;

    public void Serialize(ref MessagePackWriter writer, FeatureRow<TLabel> value, MessagePackSerializerOptions options)
    {
        writer.WriteArrayHeader(Fields);
        var bytes = new ArrayBufferWriter<byte>();
        Serde<TLabel>.State.Write(value.Label, bytes);
        writer.Write(bytes.WrittenSpan);
        writer.WriteArrayHeader(value.Values?.Length ?? 0);
        foreach (ref var feature in value.Values.AsSpan()) Write(ref writer, in feature);
        MessagePackSerializer.Serialize(ref writer, value.Positions, options);
        writer.Write(value.Origin.Split);
        writer.Write(value.Origin.Offset);
    }

    public FeatureRow<TLabel> Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        _ = reader.ReadArrayHeader();
        var label = Serde<TLabel>.State.Read(reader.ReadBytes()!.Value.ToArray());
        var values = reader.ReadArrayHeader() is > 0 and var count ? new FeatureValue[count] : null;
        foreach (ref var value in values.AsSpan()) value = Read(ref reader);
        var positions = MessagePackSerializer.Deserialize<FeaturePosition[]?>(ref reader, options);
        var (split, offset) = (reader.ReadInt32(), reader.ReadInt64());
        return new(label, values, positions, split < 0 ? default : new RecordOrigin(split, offset));
    }

    private static void Write(ref MessagePackWriter writer, in FeatureValue value)
    {
        writer.Write((byte)value.Kind);
        writer.Write((byte)value.Status);
        if (value.EventTimeMs is { } time) writer.Write(time);
        else writer.WriteNil();
        if (value.Kind == FeatureKind.Reference) WriteReference(ref writer, value.Reference!);
        else writer.Write(value.Bits);
    }

    private static FeatureValue Read(ref MessagePackReader reader)
    {
        var kind = (FeatureKind)reader.ReadByte();
        var status = (FeatureStatus)reader.ReadByte();
        long? time = reader.TryReadNil() ? null : reader.ReadInt64();
        var value = kind == FeatureKind.Reference
            ? FeatureValue.OfParts(kind, 0, ReadReference(ref reader))
            : FeatureValue.OfParts(kind, reader.ReadInt64(), null);
        return value.With(status, time);
    }

    private static void WriteReference(ref MessagePackWriter writer, object value)
    {
        var tag = value switch { string => 0, int[] => 1, long[] => 2, float[] => 3, double[] => 4, _ => 5 };
        writer.Write(tag);
        switch (value)
        {
            case string text: writer.Write(text); break;
            case int[] list: MessagePackSerializer.Serialize(ref writer, list); break;
            case long[] list: MessagePackSerializer.Serialize(ref writer, list); break;
            case float[] list: MessagePackSerializer.Serialize(ref writer, list); break;
            case double[] list: MessagePackSerializer.Serialize(ref writer, list); break;
            default: MessagePackSerializer.Serialize(ref writer, (string[])value); break;
        }
    }

    private static object? ReadReference(ref MessagePackReader reader) => reader.ReadInt32() switch
    {
        0 => reader.ReadString(),
        1 => MessagePackSerializer.Deserialize<int[]>(ref reader),
        2 => MessagePackSerializer.Deserialize<long[]>(ref reader),
        3 => MessagePackSerializer.Deserialize<float[]>(ref reader),
        4 => MessagePackSerializer.Deserialize<double[]>(ref reader),
        _ => MessagePackSerializer.Deserialize<string[]>(ref reader),
    };
}
