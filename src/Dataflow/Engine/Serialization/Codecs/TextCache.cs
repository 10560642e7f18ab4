using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Dataflow.Codecs;

/// <summary>Strings of a member that were read lately, so that equal texts are one: see <see cref="InternedAttribute"/>.</summary>
/// <remarks>For the codecs that <see cref="DataflowRecordAttribute"/> makes. Threads may find a string that another one has just replaced:
/// it is compared before it is used.</remarks>
public sealed class TextCache
{
    private const int PlacesLog = 9;
    private const int MaxLength = 64;

    private readonly string?[] _texts = new string?[1 << PlacesLog];

    /// <summary>Returns the string of a text, null if it is not remembered.</summary>
    internal string? Find(ReadOnlySpan<byte> utf8)
        => utf8.Length is > 0 and <= MaxLength && _texts[PlaceOf(utf8)] is { } found && found.Length == utf8.Length
            && Ascii.Equals(utf8, found) ? found : null;

    /// <summary>Remembers the string of a text.</summary>
    internal string Add(ReadOnlySpan<byte> utf8, string text)
    {
        if (utf8.Length is > 0 and <= MaxLength && text.Length == utf8.Length) _texts[PlaceOf(utf8)] = text;
        return text;
    }

    // Both ends and the length: texts that differ in the middle only take turns at a place.
    private static int PlaceOf(ReadOnlySpan<byte> utf8)
    {
        ulong bits = (uint)utf8.Length;
        if (utf8.Length >= sizeof(ulong))
        {
            ref var start = ref MemoryMarshal.GetReference(utf8);
            bits ^= Unsafe.ReadUnaligned<ulong>(ref start)
                ^ (Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, utf8.Length - sizeof(ulong))) * 0xC2B2AE3D27D4EB4F);
        }
        else
        {
            foreach (var letter in utf8) bits = (bits << 8) | letter;
        }

        return (int)((bits * 0x9E3779B97F4A7C15) >> (64 - PlacesLog));
    }
}
