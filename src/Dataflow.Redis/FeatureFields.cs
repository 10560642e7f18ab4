using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dataflow.Features;
using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>Writes features as the fields of a hash.</summary>
internal sealed class FeatureFields(string[] names)
{
    private const int Others = 5;

    // JSON has no such numbers: they are written as texts.
    private static readonly JsonSerializerOptions s_json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public HashEntry[] Of(FeatureVector features)
    {
        var fields = new HashEntry[names.Length + Others];
        for (var i = 0; i < names.Length; i++) fields[i] = new HashEntry(names[i], Text(features[i].ToObject()));
        var position = features.Cut.Positions[0];
        fields[names.Length] = new("@statuses", string.Join(',', features.Values.ToArray().Select(static value => value.Status)));
        fields[names.Length + 1] = new("@at", position.AtMs);
        fields[names.Length + 2] = new("@watermark", position.WatermarkMs == long.MinValue ? RedisValue.EmptyString : position.WatermarkMs);
        fields[names.Length + 3] = new("@split", position.Split);
        fields[names.Length + 4] = new("@offset", position.Offset);
        return fields;
    }

    /// <summary>Formats a value: numbers so that they can be read back unchanged, times in ISO 8601, lists as JSON; empty if there is no
    /// value.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool bit => bit ? "true" : "false",
        DateTime or DateTimeOffset => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        Array list => JsonSerializer.Serialize(list, list.GetType(), s_json),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
