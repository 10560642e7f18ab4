using System.Buffers;
using System.Globalization;
using System.Text;
using Dataflow.Serialization;

namespace Dataflow.Extensibility;

/// <summary>Names keys in other stores: keys that are equal in C# have the same name, others have different names.</summary>
/// <remarks>Numbers and text are written as they are, times in ISO 8601, members of records and tuples in brackets as in JSON:
/// <c>["EUR",1]</c>. A key whose type has a serde is written by it.</remarks>
public static class KeyText
{
    /// <summary>Writes a prefix and the name of a key, in UTF-8.</summary>
    /// <param name="prefix">Stands before the name, such as <c>stock:</c>.</param>
    /// <param name="key">The key.</param>
    /// <param name="bytes">The buffer to write to.</param>
    public static void Write<TKey>(string prefix, TKey key, IBufferWriter<byte> bytes)
        where TKey : notnull
    {
        if (Form<TKey>.IsKnown)
        {
            Form<TKey>.Normal?.Invoke(ref key);
            Serde<string>.Default.Write(prefix + Text(key), bytes); // also text that has no UTF-8 form
        }
        else
        {
            Encoding.UTF8.GetBytes(prefix, bytes);
            KeyCodec<TKey>.Default.WriteNormal(key, bytes);
        }
    }

    private static string Text(object value) => KeyForm.IsPlain(value.GetType()) ? PlainText(value) : PartsText(value);

    private static string PartsText(object value)
        => $"[{string.Join(',', TypeFields.All(value.GetType()).Select(field => PartText(field.GetValue(value))))}]";

    private static string PartText(object? part) => part switch
    {
        null => "null",
        string or char
            => $"\"{part.ToString()!.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
        _ => Text(part),
    };

    private static string PlainText(object value) => value switch
    {
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable plain => plain.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static class Form<TKey>
        where TKey : notnull
    {
        // Any other key has a serde, which writes equal keys as equal bytes.
        public static readonly bool IsKnown = KeyForm.FaultOf(typeof(TKey)) is null;
        public static readonly KeyForm.Normalizer<TKey>? Normal = IsKnown ? KeyForm.NormalizerOf<TKey>() : null;
    }
}
