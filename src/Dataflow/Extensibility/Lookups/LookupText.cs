using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Dataflow.Extensibility;

/// <summary>Questions and answers of lookups as texts.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A pipeline is not trimmed: its constructor says so.")]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = "A pipeline is not compiled to native code: its constructor says so.")]
public static class LookupText
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        IncludeFields = true,
        NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Reads a question: a text as it is, other types as JSON, with or without quotes.</summary>
    /// <exception cref="ArgumentException">It is not of the type.</exception>
    public static T Read<T>(string question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (typeof(T) == typeof(string)) return (T)(object)question;
        foreach (var json in (string[])[question, JsonSerializer.Serialize(question, s_json)])
        {
            try
            {
                if (JsonSerializer.Deserialize<T>(json, s_json) is { } read) return read;
            }
            catch (JsonException)
            {
                // perhaps it is a text without its quotes: a date, an id
            }
        }

        throw new ArgumentException($"The question is not a {typeof(T).Name}. Write it as JSON.");
    }

    /// <summary>Returns a value's members as names and texts; a value without members has one, without a name.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Members<T>(T value)
        => JsonSerializer.SerializeToNode(value, s_json) is JsonObject members
            ? [.. members.Select(static member => (IReadOnlyList<string>)[member.Key, Of(member.Value)])] : [["", Of(value)]];

    /// <summary>Returns a value as JSON; a text as it is.</summary>
    public static string Of<T>(T value) => value switch
    {
        string text => text,
        JsonValue found when found.TryGetValue<string>(out var text) => text,
        _ => JsonSerializer.Serialize(value, s_json),
    };
}
