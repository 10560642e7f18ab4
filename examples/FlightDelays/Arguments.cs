namespace FlightDelays;

/// <summary>The command line: <c>[story] [--data DIR] [--dashboard]</c>.</summary>
internal sealed record Arguments(bool TellsStory, string Folder, bool ShowsDashboard)
{
    public const string Usage = """
        Computes how late airports were, of half a million flights.

        usage: FlightDelays [story] [--data DIR] [--dashboard]

          story        serves features, makes a training set, scores flights and compares
          --data DIR   folder for all that is written; below the system's temporary folder unless given
          --dashboard  shows the jobs in a browser, until Ctrl-C
        """;

    /// <summary>Null where the arguments are not as <see cref="Usage"/> says, or ask for it.</summary>
    public static Arguments? Of(ReadOnlySpan<string> args)
    {
        var tellsStory = args is ["story", ..];
        var showsDashboard = args is [.., "--dashboard"];
        return args[(tellsStory ? 1 : 0)..(showsDashboard ? ^1 : ^0)] switch
        {
            [] => new(tellsStory, Path.Combine(Path.GetTempPath(), "dataflow-flight-delays"), showsDashboard),
            ["--data", var folder] when !folder.StartsWith('-') => new(tellsStory, Path.GetFullPath(folder), showsDashboard),
            _ => null,
        };
    }
}
