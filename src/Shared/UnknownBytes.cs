using MessagePack;

namespace Dataflow;

/// <summary>Finds out what the bytes of a key or value are that nobody has declared the type of.</summary>
internal static class UnknownBytes
{
    private static readonly MessagePackSerializerOptions s_untrusted =
        MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.UntrustedData);

    /// <summary>Whether they are UTF-8 without control characters other than white space.</summary>
    public static bool AreText(ReadOnlySpan<byte> bytes)
        => bytes.IndexOfAnyInRange((byte)0, (byte)8) < 0 && bytes.IndexOfAnyInRange((byte)14, (byte)31) < 0
            && System.Text.Unicode.Utf8.IsValid(bytes);

    /// <summary>Returns MessagePack as JSON; null: the bytes are not that.</summary>
    public static string? MessagePackAsJson(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new MessagePackReader(bytes);
            using var text = new StringWriter();
            MessagePackSerializer.ConvertToJson(ref reader, text, s_untrusted);
            return reader.End ? text.ToString() : null; // a number of eight bytes may begin like MessagePack
        }
        catch (Exception error) when (error is MessagePackSerializationException or EndOfStreamException)
        {
            return null;
        }
    }
}
