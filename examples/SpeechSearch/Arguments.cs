namespace SpeechSearch;

/// <summary>What the command line says: <c>[--data DIR] words of the query</c>.</summary>
internal sealed record Arguments(string Folder, string Query)
{
    private const string DefaultQuery = "peace with our neighbours";

    public static Arguments Of(string[] args)
    {
        var at = Array.IndexOf(args, "--data");
        var hasFolder = at >= 0 && at + 1 < args.Length;
        var folder = hasFolder ? args[at + 1] : Path.Combine(Path.GetTempPath(), "dataflow-speech-search");
        var words = hasFolder ? [.. args[..at], .. args[(at + 2)..]] : args;
        return new(Path.GetFullPath(folder), words.Length == 0 ? DefaultQuery : string.Join(' ', words));
    }
}
