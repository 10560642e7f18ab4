namespace SpeechSearch;

/// <summary>The command line: <c>[--dashboard] [--data DIR] words of the query</c>, or <c>swap</c>.</summary>
internal sealed record Arguments(string Folder, string Query, bool Swaps, bool ShowsDashboard)
{
    public const string Usage = """
        Finds sentences of presidents' speeches by what they mean.

        usage: SpeechSearch [--dashboard] [--data DIR] [QUERY ...]
               SpeechSearch swap

          --dashboard  shows the job in a browser, where other words can be searched for, until Ctrl-C
          --data DIR   folder for all that is written; below the system's temporary folder unless given
          QUERY        words to search for; "peace with our neighbours" unless given
          swap         replaces the model while sentences come in
        """;

    /// <summary>Null where the arguments are not as <see cref="Usage"/> says, or ask for it.</summary>
    public static Arguments? Of(ReadOnlySpan<string> args)
    {
        var folder = Path.Combine(Path.GetTempPath(), "dataflow-speech-search");
        var showsDashboard = args is ["--dashboard", ..];
        if (showsDashboard) args = args[1..];
        if (args is ["--data", var given, ..] && !given.StartsWith('-'))
        {
            folder = Path.GetFullPath(given);
            args = args[2..];
        }

        foreach (var word in args)
        {
            if (word.StartsWith('-')) return null;
        }

        return new(folder, args.IsEmpty ? "peace with our neighbours" : string.Join(' ', args), args is ["swap"], showsDashboard);
    }
}
