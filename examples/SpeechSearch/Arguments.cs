namespace SpeechSearch;

/// <summary>The command line: <c>[--data DIR] words of the query</c>, or <c>swap</c>.</summary>
internal sealed record Arguments(string Folder, string Query, bool Swaps)
{
    public const string Usage = """
        Finds sentences of presidents' speeches by what they mean.

        usage: SpeechSearch [--data DIR] [QUERY ...]
               SpeechSearch swap

          --data DIR   folder for all that is written; below the system's temporary folder unless given
          QUERY        words to search for; "peace with our neighbours" unless given
          swap         replaces the model while sentences come in
        """;

    /// <summary>Null where the arguments are not as <see cref="Usage"/> says, or ask for it.</summary>
    public static Arguments? Of(ReadOnlySpan<string> args)
    {
        var folder = Path.Combine(Path.GetTempPath(), "dataflow-speech-search");
        if (args is ["--data", var given, ..] && !given.StartsWith('-'))
        {
            folder = Path.GetFullPath(given);
            args = args[2..];
        }

        foreach (var word in args)
        {
            if (word.StartsWith('-')) return null;
        }

        return new(folder, args.IsEmpty ? "peace with our neighbours" : string.Join(' ', args), args is ["swap"]);
    }
}
