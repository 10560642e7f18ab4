using System.Buffers;
using System.Text;

namespace Dataflow;

/// <summary>Tests for half of a surrogate pair: a <see cref="char"/> that is no character and has no bytes in any encoding.</summary>
internal static class HalfPair
{
    public static bool IsIn(ReadOnlySpan<char> text)
    {
        for (var at = 0; at < text.Length;)
        {
            var next = text[at..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0) return false;
            at += next;
            if (Rune.DecodeFromUtf16(text[at..], out _, out _) != OperationStatus.Done) return true;
            at += 2;
        }

        return false;
    }
}
