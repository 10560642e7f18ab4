using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Features;

/// <summary>A served request with its answer, as a sample of answers stores it in a topic.</summary>
[MessagePackFormatter(typeof(ServedFormatter<>))]
public sealed class Served<TRequest>
{
    internal Served(in FeatureRow<TRequest> row) => Row = row;

    /// <summary>The request.</summary>
    public TRequest Request => Row.Label;

    /// <summary>The cut that the answer reflects.</summary>
    public FeatureCut Cut => new(Row.Positions!);

    /// <summary>The values, in the order of the service.</summary>
    public IReadOnlyList<FeatureValue> Values => Row.Values ?? [];

    internal FeatureRow<TRequest> Row { get; }
}

internal sealed class ServedFormatter<TRequest> : IMessagePackFormatter<Served<TRequest>?>
{
    private readonly FeatureRowFormatter<TRequest> _rows = new();

    public void Serialize(ref MessagePackWriter writer, Served<TRequest>? value, MessagePackSerializerOptions options)
    {
        if (value is null) writer.WriteNil();
        else _rows.Serialize(ref writer, value.Row, options);
    }

    public Served<TRequest>? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => reader.TryReadNil() ? null : new(_rows.Deserialize(ref reader, options));
}
