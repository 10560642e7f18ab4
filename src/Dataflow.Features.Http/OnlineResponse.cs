using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dataflow.Features.Http;

/// <summary>Writes the answer to <c>/get-online-features</c>. Its buffers are reused.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The writer holds nothing but the buffer that it writes to.")]
internal sealed class OnlineResponse
{
    private const int MaxKept = 1 << 16; // bytes of a buffer that are kept for the next request

    private static readonly JsonEncodedText s_never = JsonEncodedText.Encode("1970-01-01T00:00:00Z"); // as Protocol Buffers write none
    private static readonly JsonEncodedText s_present = JsonEncodedText.Encode("PRESENT");
    private static readonly JsonEncodedText s_nullValue = JsonEncodedText.Encode("NULL_VALUE");
    private static readonly JsonEncodedText s_notFound = JsonEncodedText.Encode("NOT_FOUND");
    private static readonly JsonEncodedText s_outsideMaxAge = JsonEncodedText.Encode("OUTSIDE_MAX_AGE");
    private static readonly JsonEncodedText[] s_exact = [
        .. Enum.GetNames<FeatureStatus>().Select(static name => JsonEncodedText.Encode(name.ToUpperInvariant()))];

    private readonly Utf8JsonWriter _writer = new(
        Stream.Null, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    private readonly byte[] _timeText = new byte[32];
    private ArrayBufferWriter<byte> _json = new();
    private DateTimeOffset _time = DateTimeOffset.MinValue; // what _timeText says; no event is as old
    private int _timeLength;

    /// <summary>The buffer for the request's body.</summary>
    public ArrayBufferWriter<byte> Body { get; private set; } = new();

    public ReadOnlyMemory<byte> Json => _json.WrittenMemory;

    public void Write(ReadOnlyMemory<byte> body, OnlineRequest request, List<OnlinePart> parts, List<EntityColumn> entities)
    {
        _writer.Reset(_json);
        _writer.WriteStartObject();
        WriteMetadata(request, parts, entities);
        _writer.WriteStartArray("results"u8);
        foreach (var entity in entities) WriteEntity(body.Span.Slice(entity.Start, entity.Length), request.Rows);
        foreach (var part in parts)
        {
            foreach (var feature in part.Features) WriteFeature(part.Rows, feature, request.Details);
        }

        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.Flush();
    }

    public void Clear()
    {
        _json = Reset(_json);
        Body = Reset(Body);
    }

    private static ArrayBufferWriter<byte> Reset(ArrayBufferWriter<byte> buffer)
    {
        if (buffer.Capacity > MaxKept) return new();
        buffer.ResetWrittenCount();
        return buffer;
    }

    private void WriteMetadata(OnlineRequest request, List<OnlinePart> parts, List<EntityColumn> entities)
    {
        _writer.WriteStartObject("metadata"u8);
        _writer.WriteStartArray("feature_names"u8);
        foreach (var entity in entities) _writer.WriteStringValue(entity.Name);
        foreach (var part in parts)
        {
            foreach (var feature in part.Features) _writer.WriteStringValue(feature.NameIn(request.FullNames));
        }

        _writer.WriteEndArray();
        if (request.Details) WriteCuts(parts);
        _writer.WriteEndObject();
    }

    /// <summary>Writes the input that each row reflects, view by view.</summary>
    private void WriteCuts(List<OnlinePart> parts)
    {
        _writer.WriteStartArray("cuts"u8);
        for (var row = 0; row < parts[0].Rows.Count; row++)
        {
            _writer.WriteStartArray();
            foreach (var part in parts)
            {
                foreach (var position in part.Rows[row].Cut.Positions) Write(in position);
            }

            _writer.WriteEndArray();
        }

        _writer.WriteEndArray();
    }

    private void Write(in FeaturePosition position)
    {
        _writer.WriteStartObject();
        _writer.WriteNumber("at_ms"u8, position.AtMs);
        if (position.WatermarkMs == long.MinValue) _writer.WriteNull("watermark_ms"u8);
        else _writer.WriteNumber("watermark_ms"u8, position.WatermarkMs);
        _writer.WriteString("split"u8, position.Split);
        _writer.WriteNumber("offset"u8, position.Offset);
        _writer.WriteEndObject();
    }

    private void WriteEntity(ReadOnlySpan<byte> values, int rows)
    {
        _writer.WriteStartObject();
        _writer.WritePropertyName("values"u8);
        _writer.WriteRawValue(values, skipInputValidation: true);
        Repeat("statuses"u8, s_present, rows);
        Repeat("event_timestamps"u8, s_never, rows);
        _writer.WriteEndObject();
    }

    private void Repeat(ReadOnlySpan<byte> name, JsonEncodedText value, int rows)
    {
        _writer.WriteStartArray(name);
        for (var row = 0; row < rows; row++) _writer.WriteStringValue(value);
        _writer.WriteEndArray();
    }

    private void WriteFeature(IReadOnlyList<FeatureVector> rows, FeatureReference feature, bool details)
    {
        var index = feature.Index;
        _writer.WriteStartObject();
        _writer.WriteStartArray("values"u8);
        for (var row = 0; row < rows.Count; row++) WriteValue(in rows[row][index], feature.Type);
        _writer.WriteEndArray();
        _writer.WriteStartArray("statuses"u8);
        for (var row = 0; row < rows.Count; row++) _writer.WriteStringValue(StatusOf(in rows[row][index]));
        _writer.WriteEndArray();
        _writer.WriteStartArray("event_timestamps"u8);
        for (var row = 0; row < rows.Count; row++) WriteTime(rows[row][index].EventTime);
        _writer.WriteEndArray();
        if (details) WriteExactStatuses(rows, index);
        _writer.WriteEndObject();
    }

    private void WriteExactStatuses(IReadOnlyList<FeatureVector> rows, int index)
    {
        _writer.WriteStartArray("exact_statuses"u8);
        for (var row = 0; row < rows.Count; row++) _writer.WriteStringValue(s_exact[(int)rows[row][index].Status]);
        _writer.WriteEndArray();
    }

    private static JsonEncodedText StatusOf(in FeatureValue value) => value.Status switch
    {
        FeatureStatus.Missing => value.EventTime is null ? s_notFound : s_nullValue,
        FeatureStatus.Overflow => s_nullValue,
        FeatureStatus.Expired => s_outsideMaxAge,
        _ => s_present,
    };

    private void WriteTime(DateTimeOffset? eventTime)
    {
        if (eventTime is not { } time)
        {
            _writer.WriteStringValue(s_never);
            return;
        }

        if (time != _time)
        {
            var format = time.Millisecond == 0 ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:ss.fffZ";
            time.UtcDateTime.TryFormat(_timeText, out _timeLength, format, CultureInfo.InvariantCulture);
            _time = time;
        }

        _writer.WriteStringValue(_timeText.AsSpan(0, _timeLength));
    }

    private void WriteValue(in FeatureValue value, TypeCode type)
    {
        if (!value.HasValue)
        {
            _writer.WriteNullValue();
            return;
        }

        switch (type)
        {
            case TypeCode.Boolean:
                _writer.WriteBooleanValue(value.As<bool>());
                break;
            case TypeCode.Int32:
                _writer.WriteNumberValue(value.As<int>());
                break;
            case TypeCode.Int64:
                _writer.WriteNumberValue(value.As<long>());
                break;
            case TypeCode.Single:
                Write(value.As<float>());
                break;
            case TypeCode.Double:
                Write(value.As<double>());
                break;
            default:
                WriteReference(value.ToObject()!);
                break;
        }
    }

    private void WriteReference(object value)
    {
        if (value is string text)
        {
            _writer.WriteStringValue(text);
            return;
        }

        _writer.WriteStartArray();
        if (value is int[] ints) foreach (var number in ints) _writer.WriteNumberValue(number);
        if (value is long[] longs) foreach (var number in longs) _writer.WriteNumberValue(number);
        if (value is float[] floats) foreach (var number in floats) Write(number);
        if (value is double[] doubles) foreach (var number in doubles) Write(number);
        if (value is string[] texts) foreach (var one in texts) _writer.WriteStringValue(one);
        _writer.WriteEndArray();
    }

    // JSON has no such numbers; Protocol Buffers write them as texts.
    private void Write(double number)
    {
        if (double.IsFinite(number)) _writer.WriteNumberValue(number);
        else _writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
    }

    private void Write(float number)
    {
        if (float.IsFinite(number)) _writer.WriteNumberValue(number);
        else _writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
    }
}
