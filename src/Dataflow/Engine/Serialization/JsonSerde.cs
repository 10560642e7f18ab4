using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Dataflow;

/// <summary>JSON in UTF-8, by System.Text.Json.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "System.Text.Json refuses reflection itself where there is none.")]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = "System.Text.Json refuses reflection itself where there is none.")]
internal sealed class JsonSerde<T>(JsonSerializerOptions options) : Serde<T>
{
    public override string Signature => "JSON";

    public override void Write(T value, IBufferWriter<byte> bytes)
    {
        using var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = options.Encoder, Indented = options.WriteIndented });
        JsonSerializer.Serialize(writer, value, options);
    }

    public override T Read(ReadOnlyMemory<byte> bytes) => JsonSerializer.Deserialize<T>(bytes.Span, options)!;
}
