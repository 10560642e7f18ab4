using System.Buffers;
using System.Globalization;
using System.Text;
using Dataflow.Serialization;
using Dataflow.State;
using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>Names hashes by keys: one for all that are equal, as C# says it, and another for any other.</summary>
internal sealed class HashKeys<TKey>(string name)
    where TKey : notnull
{
    // Another key has a serde of its own, which writes equal keys as equal bytes.
    private static readonly bool s_hasForm = KeyForm.FaultOf(typeof(TKey)) is null;
    private static readonly KeyForm.Normalizer<TKey>? s_normal = s_hasForm ? KeyForm.NormalizerOf<TKey>() : null;

    public RedisKey Of(TKey key)
    {
        var bytes = new ArrayBufferWriter<byte>();
        if (s_hasForm)
        {
            s_normal?.Invoke(ref key);
            Serde<string>.Default.Write($"{name}:{Text(key)}", bytes); // also text that UTF-8 has no bytes for
        }
        else
        {
            Encoding.UTF8.GetBytes($"{name}:", bytes);
            KeyCodec<TKey>.Default.WriteNormal(key, bytes);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static string Text(object value) => KeyForm.IsPlain(value.GetType()) ? PlainText(value) : PartsText(value);

    /// <summary>Members of records and tuples stand in brackets, texts among them in quotes, as in JSON.</summary>
    private static string PartsText(object value)
        => $"[{string.Join(',', TypeFields.All(value.GetType()).Select(field => PartText(field.GetValue(value))))}]";

    private static string PartText(object? part) => part switch
    {
        null => "null",
        string or char => $"\"{part.ToString()!.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
        _ => Text(part),
    };

    private static string PlainText(object value) => value switch
    {
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable plain => plain.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
