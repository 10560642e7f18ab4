using System.Collections.Frozen;
using System.Text;

namespace Dataflow.Onnx.Tokenization;

/// <summary>The kind of a code point in the reference.</summary>
internal enum ReferenceKind : byte
{
    /// <summary>Part of a word.</summary>
    Other,

    /// <summary>Dropped: control, format and private-use characters.</summary>
    Dropped,

    /// <summary>White space.</summary>
    Space,

    /// <summary>A word of its own.</summary>
    Punctuation,

    /// <summary>An accent (a non-spacing mark).</summary>
    Mark,
}

/// <summary>The properties of code points in the reference, the Hugging Face library.</summary>
/// <remarks>These tables are its own answers: its categories are those of an old Unicode version, and .NET's change with its version. A
/// model was trained on the tokens of the reference, and they must be the same on every machine.</remarks>
internal static class ReferenceCharacters
{
    private static readonly byte[] s_kinds = ReadKinds();

    private static readonly FrozenDictionary<int, Rune[]> s_lowerCases = EmbeddedTable.Rows("lower-cases").ToFrozenDictionary(
        row => EmbeddedTable.Hex(row[0]), row => Array.ConvertAll(row[1..], digits => new Rune(EmbeddedTable.Hex(digits))));

    public static ReferenceKind KindOf(Rune rune) => (ReferenceKind)s_kinds[rune.Value];

    /// <summary>Writes the lower case of a code point, or itself if it has none; returns the length.</summary>
    public static int Lower(Rune rune, Span<Rune> into)
    {
        if (s_lowerCases.TryGetValue(rune.Value, out var parts))
        {
            parts.CopyTo(into);
            return parts.Length;
        }

        into[0] = rune;
        return 1;
    }

    private static byte[] ReadKinds()
    {
        var kinds = new byte[0x110000];
        foreach (var row in EmbeddedTable.Rows("reference-kinds"))
        {
            var first = EmbeddedTable.Hex(row[0]);
            kinds.AsSpan(first, EmbeddedTable.Hex(row[1]) - first + 1).Fill((byte)Enum.Parse<ReferenceKind>(row[2], ignoreCase: true));
        }

        return kinds;
    }
}
