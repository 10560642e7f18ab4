using System.Buffers;

namespace Dataflow.Onnx.Tokenization;

/// <summary>A token that is never split where it occurs in a text.</summary>
/// <param name="Text">Its spelling.</param>
/// <param name="Id">Its id.</param>
/// <param name="TakesSpace">Whether white space before it is part of it.</param>
internal sealed record SpecialToken(string Text, int Id, bool TakesSpace = false);

/// <summary>Finds special tokens in texts.</summary>
internal sealed class SpecialTokens
{
    private readonly SpecialToken[] _tokens;
    private readonly SearchValues<char> _firsts;

    public SpecialTokens(IEnumerable<SpecialToken> tokens)
    {
        _tokens = [.. tokens.OrderByDescending(token => token.Text.Length)];
        _firsts = SearchValues.Create([.. _tokens.Select(token => token.Text[0])]);
    }

    /// <summary>Finds the next special token, spelt exactly so; of several in one place the longest. -1: there is none.</summary>
    public int Find(ReadOnlySpan<char> text, out SpecialToken token)
    {
        for (var searched = 0; text[searched..].IndexOfAny(_firsts) is >= 0 and var found; searched += found + 1)
        {
            var at = searched + found;
            foreach (var candidate in _tokens)
            {
                if (!text[at..].StartsWith(candidate.Text, StringComparison.Ordinal)) continue;
                token = candidate;
                return at;
            }
        }

        token = null!;
        return -1;
    }
}
